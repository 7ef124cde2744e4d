"""How the provider's notifications name its refusal codes."""

REASONS = {
    "2": "Refused",
    "4": "Acquirer Error",
    "6": "Expired Card",
    "8": "Invalid Card Number",
    "9": "Issuer Unavailable",
    "12": "Not enough balance",
    "20": "FRAUD",
    "26": "Revocation Of Auth",
    "38": "Authentication required",
}
