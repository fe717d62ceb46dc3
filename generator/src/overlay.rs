//! Corrections of a document: OpenAPI Overlay 1.0.
