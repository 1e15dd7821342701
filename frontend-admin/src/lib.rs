//! frontend-admin
