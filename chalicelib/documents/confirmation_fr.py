"""The confirmation of a contract, in French."""

from chalicelib.documents.confirmation_words import ConfirmationWords
from chalicelib.documents.formats import set_words

FRENCH = set_words(
    ConfirmationWords(
        heading="Confirmation de votre abonnement",
        description="Confirmation du contrat {reference} conclu le {concluded_on}",
        opening=(
            "Ce document confirme votre contrat {plan} et réunit les informations que la loi "
            "prévoit. Conservez-le."
        ),
        unnamed="Client {customer}",
        monthly_price="par mois, toutes taxes comprises",
        concluded="Premier jour",
        next_due="Prochaine échéance",
        page="Page {page} sur {pages}",
        order="Votre commande",
        plan="Offre",
        reference="Référence du contrat",
        concluded_on="Commande passée le",
        subscriber="Abonné",
        payer="Payeur",
        price="Prix mensuel",
        price_detail="{gross} TTC ({net} HT et {vat} de TVA à {rate})",
        first_charge="Première mensualité",
        first_charge_discounted="{gross} TTC ({discount})",
        later_charges="Mensualités suivantes",
        later_charges_detail=(
            "{gross} TTC au début de chaque mois d'abonnement, la première le {next_due}"
        ),
        method="Moyen de paiement",
        access="Ouverture de l'accès",
        access_detail="{access}, dès la réception de cette confirmation",
        language="Langue du contrat",
        languages=(
            "Français",
            "Anglais",
        ),
        features="Ce que comprend votre abonnement",
        equipment=(
            (
                "Le service est rendu en ligne, sans livraison. Il fonctionne avec les "
                "versions actuelles d'Edge, de Firefox, de Chrome et de Safari ; l'article 5 "
                "des conditions générales décrit le matériel nécessaire. Votre connexion à "
                "Internet et vos communications sont à votre charge, au tarif de votre "
                "opérateur."
            ),
            (
                "Aucune caution ni garantie financière n'est demandée. Le prix n'a pas été "
                "personnalisé par une décision automatisée."
            ),
        ),
        duration="Durée, reconduction et résiliation",
        duration_text=(
            (
                "Vous vous engagez pour un mois. À la fin de chaque mois, l'engagement est "
                "reconduit tacitement pour un mois de plus. Il n'y a pas d'autre durée "
                "minimale."
            ),
            (
                "Vous pouvez résilier à tout moment, sans motif et sans frais : par le lien « "
                "Résilier votre contrat » au bas de toutes les pages, ou depuis votre "
                "compte. L'abonnement s'arrête à la fin du mois en cours ; tout mois commencé "
                "est dû et rien n'est prélevé ensuite. Vous recevez aussitôt un accusé de "
                "réception avec la date de fin."
            ),
        ),
        terminate="Résilier votre contrat",
        withdrawal="Droit de rétractation",
        kept=(
            (
                "Vous pouvez vous rétracter sans donner de motif pendant quatorze jours : "
                "envoyez votre décision au plus tard le {last}, avant minuit (heure de "
                "Paris)."
            ),
            (
                "Vous n'avez pas demandé d'accès immédiat : l'accès et le premier mois "
                "commencent le {access}."
            ),
        ),
        kept_pro_rata=(
            (
                "Vous pouvez vous rétracter sans donner de motif pendant quatorze jours : "
                "envoyez votre décision au plus tard le {last}, avant minuit (heure de "
                "Paris)."
            ),
            (
                "Vous avez demandé que le service commence sans attendre la fin de ce délai. "
                "Si vous vous rétractez, vous devez la part du prix qui correspond aux jours "
                "écoulés depuis le {access} : le prix du mois, multiplié par ces jours et "
                "divisé par le nombre de jours du mois d'abonnement. Le reste vous est "
                "remboursé."
            ),
        ),
        lost_at_first_use=(
            (
                "La loi vous donne quatorze jours pour vous rétracter sans donner de motif, "
                "jusqu'au {last} avant minuit (heure de Paris)."
            ),
            (
                "Vous avez expressément demandé l'accès immédiat et reconnu que vous perdriez "
                "alors ce droit. Nous vous confirmons ces deux points par ce document. Le "
                "droit prend fin quand vous utilisez pour la première fois vos codes d'accès "
                "pour ouvrir un contenu payant (article L221-28, 13°, du Code de la "
                "consommation). Tant que vous ne l'avez pas fait, vous le gardez jusqu'à la "
                "date ci-dessus. Regarder une vidéo gratuite ou lire le forum ne vous le fait "
                "pas perdre."
            ),
        ),
        lost_at_sign_in=(
            (
                "La loi vous donne en principe quatorze jours pour vous rétracter, jusqu'au "
                "{last} avant minuit (heure de Paris)."
            ),
            (
                "Selon l'article 6.1 des conditions générales, ce droit prend fin quand vous "
                "utilisez pour la première fois vos codes d'accès. Tant que vous ne les avez "
                "pas utilisés, vous le gardez jusqu'à la date ci-dessus."
            ),
        ),
        how_to_withdraw=(
            (
                "Pour vous rétracter, utilisez le lien « Renoncer au contrat ici », présent "
                "au bas de toutes les pages et accessible sans compte : il demande votre nom, "
                "votre contrat et une adresse e-mail, puis « Confirmer la rétractation ». "
                "Vous recevez aussitôt un accusé de réception avec la date et l'heure. Vous "
                "pouvez aussi écrire à {email} ou à l'adresse postale du vendeur, avec ou "
                "sans le formulaire joint. Il suffit que votre décision parte avant la fin du "
                "délai."
            ),
            (
                "Si vous vous rétractez à temps, nous vous remboursons les sommes dues au "
                "plus tard quatorze jours après avoir reçu votre décision, par le moyen de "
                "paiement utilisé pour la commande et sans frais."
            ),
        ),
        withdraw="Renoncer au contrat ici",
        consents="Ce que vous avez accepté",
        terms=(
            (
                "Les conditions générales de services, dans la version ci-dessous, font "
                "partie du contrat. L'empreinte identifie le texte exact que vous avez "
                "accepté."
            ),
        ),
        terms_version="Version",
        terms_digest="Empreinte SHA-256",
        terms_address="Texte",
        ticked="Case cochée le {at}",
        not_ticked="Case laissée vide",
        rights="Garantie légale",
        rights_text=(
            (
                "Pendant toute la durée de l'abonnement, vous bénéficiez de la garantie "
                "légale de conformité des contenus et services numériques (articles "
                "L224-25-12 et suivants du Code de la consommation). Si le service n'est pas "
                "conforme, vous pouvez demander sa mise en conformité sans frais et sans "
                "délai injustifié ; à défaut, une réduction du prix ou la fin du contrat avec "
                "remboursement. Les mises à jour nécessaires à la conformité vous sont "
                "fournies pendant la même durée."
            ),
        ),
        complaints="Réclamations, médiation et données personnelles",
        complaints_text=(
            (
                "Adressez vos réclamations au vendeur, par écrit ou par le formulaire de "
                "contact. Vous recevez aussitôt un accusé de réception. Si la réponse ne vous "
                "convient pas, vous pouvez saisir gratuitement le médiateur de la "
                "consommation ci-dessous, dans l'année qui suit votre réclamation écrite. "
                "Cette démarche ne vous prive pas du juge."
            ),
            (
                "Le contrat est soumis à la loi française. Il n'existe pas de code de "
                "conduite particulier."
            ),
        ),
        mediator="Médiateur",
        contact="Contact et réclamations",
        privacy="Données personnelles",
        seller="Le vendeur",
        company="Société",
        address="Adresse",
        register="Immatriculation",
        register_detail="{name}, capital de {capital}, RCS {city} {siren}",
        vat_number="Numéro de TVA",
        email="E-mail",
        phone="Téléphone",
        form="Modèle de formulaire de rétractation",
        form_hint=(
            "Veuillez compléter et renvoyer le présent formulaire uniquement si vous "
            "souhaitez vous rétracter du contrat."
        ),
        form_to="À l'attention de {company}, {address}, {email} :",
        form_statement=(
            "Je vous notifie par la présente ma rétractation du contrat portant sur la "
            "prestation de services ci-dessous :"
        ),
        form_fields=(
            "Service, référence du contrat",
            "Commandé le",
            "Nom du consommateur",
            "Adresse du consommateur",
            "Date",
        ),
        form_note=(
            "Signature du consommateur (uniquement en cas de notification du présent "
            "formulaire sur papier) :"
        ),
    ),
    "fr",
)
