//! The command line: shops, imports and exports, backups.
