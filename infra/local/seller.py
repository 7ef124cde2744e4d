"""The fictional seller of the sandbox: every paper and page reads it from the settings."""

import json
from typing import Final

SELLER: Final = json.dumps(
    {
        "legal_name": "Clairière SAS",
        "trade_name": "Clairière",
        "legal_form": "SAS",
        "capital": {"minor": 1000000, "currency": "EUR"},
        "address": {
            "street": "12 rue des Tilleuls",
            "postal_code": "75011",
            "city": "Paris",
            "country": "FR",
        },
        "siren": "900000019",
        "register_city": "Paris",
        "vat_number": "FR32900000019",
        "email": "aide@clairiere.example",
        "phone": "+33 1 00 00 00 00",
        "mediator": {"name": "AME Conso", "url": "https://www.mediationconso-ame.com"},
    }
)
