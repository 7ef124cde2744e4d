// The payment page: mounts Adyen's Drop-in and carries its outcome to our server.
// Reads its configuration from the page, loads nothing from elsewhere but Adyen's own fields.
import { AdyenCheckout, Card, Dropin, PayPal, Redirect, SepaDirectDebit } from '@adyen/adyen-web';

const place = document.getElementById('drop-in');
const trouble = document.getElementById('pay-trouble');
const leaving = document.getElementById('pay-leaving');
const notices = {
  settled: document.getElementById('pay-settled'),
  paused: document.getElementById('pay-paused'),
};
const outcome = document.getElementById('outcome');
const config = JSON.parse(place.dataset.config);
const LOOK_AGAIN_MS = 20_000;

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

/**
 * Ask our server whether anybody may still pay here: another page, or a charge of ours, may have been first,
 * and somebody may have stopped all payments. A server that is silent forbids nothing: what comes twice goes
 * back by itself.
 */
async function standing() {
  try {
    const answer = await fetch(config.check, { headers: { accept: 'application/json' }, cache: 'no-store' });
    return answer.ok ? (await answer.json()).standing : 'open';
  } catch {
    return 'open';
  }
}

/** Say why nobody pays here now, and take the form away; the keyboard goes on from the notice. */
function close(why) {
  if (!leaving.hidden) return;
  place.hidden = true;
  notices[why].hidden = false;
  notices[why].querySelector('a').focus();
}

/** The last look before money moves. */
async function beforeSubmit(request, _, { resolve, reject }) {
  const why = await standing();
  if (!notices[why]) return resolve(request);
  reject();
  close(why);
}

/** The page of a month, left open, learns that somebody else was first as soon as it is looked at. */
function watch() {
  if (!notices.settled) return;
  const look = async () => {
    if (document.visibilityState !== 'visible' || place.hidden) return;
    const why = await standing();
    if (notices[why]) close(why);
  };
  document.addEventListener('visibilitychange', look);
  setInterval(look, LOOK_AGAIN_MS);
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
    beforeSubmit,
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
  watch();
}

start().catch(fail);
