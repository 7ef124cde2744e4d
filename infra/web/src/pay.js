// The payment page: mounts Adyen's Drop-in and carries its outcome to our server.
// Reads its configuration from the page, loads nothing from elsewhere but Adyen's own fields.
import { AdyenCheckout, Card, Dropin, PayPal, Redirect, SepaDirectDebit } from '@adyen/adyen-web';

const place = document.getElementById('drop-in');
const trouble = document.getElementById('pay-trouble');
const leaving = document.getElementById('pay-leaving');
const outcome = document.getElementById('outcome');
const config = JSON.parse(place.dataset.config);

/** Say that the form does not load; the person keeps a way on. */
function fail() {
  place.hidden = true;
  trouble.hidden = false;
}

/** Post the result: the server asks Adyen what it is worth. */
function report({ sessionResult }) {
  outcome.elements.sessionId.value = config.session.id;
  outcome.elements.sessionResult.value = sessionResult ?? '';
  place.hidden = true;
  leaving.hidden = false;
  outcome.submit();
}

/** A person who closes PayPal's window is still here and may choose again; anything else is trouble. */
function onError(error) {
  if (error.name !== 'CANCEL') fail();
}

/** The words of the last button bind the person, so they are ours (art. L221-14 C. conso.). */
function words() {
  const { pay, payAmount, payWith } = config.words;
  return {
    [config.locale]: {
      payButton: pay,
      payAmountFormat: payAmount,
      continueTo: payWith,
      'payButton.saveDetails': pay,
      confirmPreauthorization: pay,
      preauthorizeWith: payWith,
    },
  };
}

/** The fields of the card live in frames: they cannot inherit the ink, so they are told it. */
function fieldStyles() {
  const ink = getComputedStyle(place).getPropertyValue('--field-ink').trim();
  return { base: { color: ink, caretColor: ink, fontSize: '17px' }, error: { color: ink } };
}

function options() {
  const at = config.environmentUrl;
  return {
    environment: config.environment,
    clientKey: config.clientKey,
    locale: config.locale,
    session: config.session,
    translations: words(),
    onPaymentCompleted: report,
    onPaymentFailed: report,
    onError,
    ...(at && { _environmentUrls: { api: at, analytics: at, cdn: { images: at, translations: at } } }),
  };
}

function mount(checkout) {
  const dropin = new Dropin(checkout, {
    paymentMethodComponents: [Card, PayPal, Redirect, SepaDirectDebit],
    paymentMethodsConfiguration: {
      card: { hasHolderName: true, holderNameRequired: true, styles: fieldStyles() },
      paypal: {
        blockPayPalCreditButton: true,
        blockPayPalPayLaterButton: true,
        blockPayPalVenmoButton: true,
        ...(config.nonce && { cspNonce: config.nonce }),
      },
    },
    onReady: () => place.removeAttribute('aria-busy'),
  });
  place.replaceChildren();
  dropin.mount(place);
}

async function start() {
  const checkout = await AdyenCheckout(options());
  if (config.redirectResult) checkout.submitDetails({ details: { redirectResult: config.redirectResult } });
  else mount(checkout);
}

start().catch(fail);
