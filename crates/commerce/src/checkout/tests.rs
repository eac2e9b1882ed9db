//! Cases of the checkout, as tables of state, commands and outcomes.
