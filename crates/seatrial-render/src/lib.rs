//! Discovery of deployable units and their rendering into objects.
