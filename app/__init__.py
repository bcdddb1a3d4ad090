"""The platform every room stands on; it knows no contest."""
