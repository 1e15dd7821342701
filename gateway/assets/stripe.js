// A subset of Stripe.js (https://docs.stripe.com/js) over the sandbox gateway: the payment element, and confirming
// a payment with it. Card data stays in the gateway's frame; this script only passes messages.
(function () {
  "use strict";
  var gateway = new URL(document.currentScript.src).origin;
  var calls = 0;

  function IntegrationError(message) {
    var error = new Error(message);
    error.name = "IntegrationError";
    return error;
  }

  // The shop's own colours decide, not the visitor's system: bright text means a dark page.
  function schemeOf(node) {
    var parts = getComputedStyle(node).color.match(/[\d.]+/g) || [0, 0, 0];
    var scale = /^color\(/.test(getComputedStyle(node).color) ? 255 : 1;
    var light = (0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]) * scale;
    return light > 140 ? "dark" : "light";
  }

  function PaymentElement(elements, type, options) {
    this._elements = elements;
    this._type = type;
    this._options = options || {};
    this._listeners = {};
    this._waiting = {};
    this._frame = null;
    this._ready = false;
    this._receive = this._receive.bind(this);
    this._dress = this._dress.bind(this);
  }

  PaymentElement.prototype = {
    mount: function (target) {
      var node = typeof target === "string" ? document.querySelector(target) : target;
      if (!node) throw IntegrationError("The selector or node you specified does not exist: " + target);
      this.unmount();
      var frame = document.createElement("iframe");
      var query = new URLSearchParams({
        key: this._elements._key,
        origin: window.location.origin,
        scheme: this._scheme(node),
      });
      frame.src = gateway + "/elements/card?" + query;
      frame.title = "Secure payment input frame";
      frame.allow = "payment *";
      frame.style.cssText = "display:block;width:calc(100% + 6px);max-width:none;margin:-3px;border:0;height:210px;background:transparent;overflow:hidden";
      frame.style.colorScheme = this._scheme(node);
      frame.setAttribute("scrolling", "no");
      this._node = node;
      this._frame = frame;
      window.addEventListener("message", this._receive);
      this._media = window.matchMedia("(prefers-color-scheme: dark)");
      this._media.addEventListener("change", this._dress);
      this._observer = new MutationObserver(this._dress);
      this._observer.observe(document.documentElement, { attributes: true });
      node.replaceChildren(frame);
      return this;
    },
    unmount: function () {
      if (!this._frame) return this;
      window.removeEventListener("message", this._receive);
      this._media.removeEventListener("change", this._dress);
      this._observer.disconnect();
      this._frame.remove();
      this._frame = null;
      this._ready = false;
      return this;
    },
    destroy: function () {
      this.unmount();
      this._elements._element = null;
      return this;
    },
    update: function (options) {
      Object.assign(this._options, options);
      return this;
    },
    focus: function () {
      this._send({ type: "focus" });
      return this;
    },
    on: function (name, listener) {
      (this._listeners[name] = this._listeners[name] || []).push(listener);
      if (name === "ready" && this._ready) listener({ elementType: this._type });
      return this;
    },
    once: function (name, listener) {
      var self = this;
      function first(event) {
        self.off(name, first);
        listener(event);
      }
      return this.on(name, first);
    },
    off: function (name, listener) {
      this._listeners[name] = (this._listeners[name] || []).filter(function (known) {
        return listener && known !== listener;
      });
      return this;
    },
    _emit: function (name, event) {
      var detail = Object.assign({ elementType: this._type }, event);
      (this._listeners[name] || []).slice().forEach(function (listener) {
        listener(detail);
      });
    },
    _scheme: function (node) {
      var theme = (this._elements._options.appearance || {}).theme;
      if (theme) return theme === "night" ? "dark" : "light";
      return schemeOf(node);
    },
    _dress: function () {
      if (!this._frame) return;
      var scheme = this._scheme(this._node);
      this._frame.style.colorScheme = scheme;
      var variables = (this._elements._options.appearance || {}).variables || {};
      this._send({ type: "dress", scheme: scheme, variables: Object.assign({}, variables) });
    },
    _send: function (message) {
      // Before it is ready, the frame holds another page, and the browser would complain of a message not meant for it.
      if (!this._frame || !this._ready || !this._frame.contentWindow) return;
      this._frame.contentWindow.postMessage(Object.assign({ sandboxElement: true }, message), gateway);
    },
    _ask: function (type, order) {
      var self = this;
      if (!this._frame || !this._ready) {
        return Promise.reject(IntegrationError("The Payment Element must be mounted and ready first."));
      }
      calls += 1;
      var call = calls;
      return new Promise(function (resolve) {
        self._waiting[call] = resolve;
        self._send({ type: type, call: call, order: order });
      });
    },
    _receive: function (event) {
      var message = event.data;
      if (event.origin !== gateway || !this._frame || event.source !== this._frame.contentWindow) return;
      if (!message || !message.sandboxElement) return;
      if (message.type === "resize") this._frame.style.height = Math.min(Number(message.height) || 0, 2000) + "px";
      if (message.type === "ready") {
        this._ready = true;
        this._dress();
        this._emit("ready", {});
      }
      if (message.type === "loaderror") this._emit("loaderror", { error: { type: "invalid_request_error" } });
      if (message.type === "focus" || message.type === "blur") this._emit(message.type, {});
      if (message.type === "change") {
        this._emit("change", {
          complete: message.complete === true,
          empty: message.empty === true,
          collapsed: false,
          value: { type: "card" },
        });
      }
      if (message.type === "answer" && this._waiting[message.call]) {
        this._waiting[message.call](message.result);
        delete this._waiting[message.call];
      }
    },
  };

  function Elements(key, options) {
    this._key = key;
    this._options = Object.assign({}, options);
    this._element = null;
    this._submitted = false;
  }

  Elements.prototype = {
    create: function (type, options) {
      if (type !== "payment") throw IntegrationError("The sandbox has the payment element only, not " + type + ".");
      if (this._element) throw IntegrationError("Can only create one Element of type payment.");
      this._element = new PaymentElement(this, type, options);
      return this._element;
    },
    getElement: function (type) {
      return type === "payment" ? this._element : null;
    },
    update: function (options) {
      Object.assign(this._options, options);
      if (this._element) this._element._dress();
    },
    fetchUpdates: function () {
      return Promise.resolve({});
    },
    submit: function () {
      var self = this;
      if (!this._element) return Promise.reject(IntegrationError("Create and mount a Payment Element first."));
      return this._element._ask("validate").then(function (result) {
        self._submitted = !result.error;
        return result.error ? { error: result.error } : { selectedPaymentMethod: "card" };
      });
    },
  };

  function goTo(address) {
    window.location.assign(address);
    // The page is on its way out; as with the real one, nobody gets an answer.
    return new Promise(function () {});
  }

  function confirmPayment(options) {
    var elements = options.elements;
    if (!(elements instanceof Elements) || !elements._element) {
      return Promise.reject(IntegrationError("confirmPayment needs elements with a mounted Payment Element."));
    }
    var settings = elements._options;
    var clientSecret = options.clientSecret || settings.clientSecret;
    var returnUrl = (options.confirmParams || {}).return_url;
    var ifRequired = options.redirect === "if_required";
    if (!clientSecret) return Promise.reject(IntegrationError("confirmPayment needs a clientSecret."));
    if (settings.mode && !elements._submitted) {
      return Promise.reject(IntegrationError("elements.submit() must be called before stripe.confirmPayment()."));
    }
    if (!returnUrl && !ifRequired) {
      return Promise.reject(IntegrationError("confirmPayment needs confirmParams.return_url."));
    }
    elements._submitted = false;
    var order = { client_secret: clientSecret, return_url: returnUrl };
    if (settings.mode) {
      order.amount = settings.amount;
      order.currency = settings.currency;
      order.capture_method = settings.captureMethod || settings.capture_method;
    }
    return elements._element._ask("confirm", order).then(function (result) {
      if (result.error) return { error: result.error };
      var intent = result.payment_intent;
      var action = intent.next_action && intent.next_action.redirect_to_url;
      if (action) return goTo(action.url);
      if (ifRequired) return { paymentIntent: intent };
      var target = new URL(returnUrl, window.location.href);
      target.searchParams.set("payment_intent", intent.id);
      target.searchParams.set("payment_intent_client_secret", intent.client_secret);
      target.searchParams.set("redirect_status", "succeeded");
      return goTo(target.href);
    });
  }

  window.Stripe = function Stripe(key) {
    if (typeof key !== "string" || key.indexOf("pk_") !== 0) {
      throw IntegrationError("Please call Stripe() with your publishable key. You used a value that is not one.");
    }
    return {
      elements: function (options) {
        return new Elements(key, options);
      },
      confirmPayment: confirmPayment,
    };
  };
  window.Stripe.version = "clover";
})();
