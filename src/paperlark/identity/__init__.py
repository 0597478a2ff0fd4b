"""Who somebody is, as an identity provider says: a code in, a checked subject out."""
