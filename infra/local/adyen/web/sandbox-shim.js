// The Drop-in loads PayPal's own script from a fixed address: here it meets the simulated one.
(() => {
  "use strict";

  const { origin } = new URL(document.currentScript.src);
  const slot = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, "src");
  const redirected = (address) =>
    String(address).startsWith("https://www.paypal.com/sdk/js") ? `${origin}/paypal-sdk.js` : address;

  Object.defineProperty(HTMLScriptElement.prototype, "src", {
    ...slot,
    set(address) {
      slot.set.call(this, redirected(address));
    },
  });
})();
