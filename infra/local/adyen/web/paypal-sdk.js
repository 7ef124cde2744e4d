// A stand-in for PayPal's SDK: one button, and a window that asks to approve or to cancel.
(() => {
  "use strict";

  const WORDS = {
    fr: {
      button: "Payer avec PayPal (simulé)",
      title: "PayPal simulé",
      order: "Approuver ce paiement ?",
      agreement: "Autoriser ce marchand à débiter plus tard ?",
      approve: "Approuver",
      cancel: "Annuler",
    },
    en: {
      button: "Pay with PayPal (simulated)",
      title: "Simulated PayPal",
      order: "Approve this payment?",
      agreement: "Let this merchant charge you later?",
      approve: "Approve",
      cancel: "Cancel",
    },
  };
  const words = () => WORDS[document.documentElement.lang.slice(0, 2)] || WORDS.en;

  // Styles are set through the object model: the shop's policy allows no inline style.
  const element = (name, text, style = {}) => {
    const made = document.createElement(name);
    made.textContent = text;
    Object.assign(made.style, { font: "600 16px/1.4 system-ui, sans-serif", ...style });
    return made;
  };
  const button = (text, id, background, color) => {
    const made = element("button", text, {
      background,
      border: "1px solid #2c2e2f",
      borderRadius: "6px",
      color,
      cursor: "pointer",
      margin: "4px",
      minHeight: "48px",
      padding: "8px 20px",
    });
    made.type = "button";
    made.id = id;
    return made;
  };

  const ask = (question) =>
    new Promise((resolve) => {
      const dialog = element("dialog", "", { border: "1px solid #2c2e2f", borderRadius: "8px", padding: "24px" });
      const title = element("h2", words().title, { fontSize: "20px", margin: "0 0 8px" });
      title.id = "sim-paypal-title";
      dialog.setAttribute("aria-labelledby", title.id);
      const approve = button(words().approve, "sim-paypal-approve", "#ffd140", "#001435");
      const cancel = button(words().cancel, "sim-paypal-cancel", "#ffffff", "#001435");
      dialog.append(title, element("p", question, { fontWeight: "400" }), approve, cancel);
      const close = (answer) => {
        dialog.close();
        dialog.remove();
        resolve(answer);
      };
      approve.addEventListener("click", () => close(true));
      cancel.addEventListener("click", () => close(false));
      dialog.addEventListener("cancel", () => close(false));
      document.body.append(dialog);
      dialog.showModal();
    });

  const pay = async (options) => {
    options.onClick?.({ fundingSource: options.fundingSource });
    const begin = options.createBillingAgreement || options.createOrder;
    const token = await begin({});
    const question = options.createBillingAgreement ? words().agreement : words().order;
    if (!(await ask(question))) {
      options.onCancel?.({ orderID: token });
      return;
    }
    const billing = options.createBillingAgreement ? { billingToken: token } : {};
    options.onApprove?.({ orderID: token, payerID: "SIMPAYER", paymentSource: "paypal", ...billing }, {});
  };

  const Buttons = (options) => ({
    isEligible: () => options.fundingSource === "paypal",
    render: async (target) => {
      const node = typeof target === "string" ? document.querySelector(target) : target;
      const made = button(words().button, "sim-paypal", "#ffd140", "#001435");
      made.style.width = "100%";
      made.addEventListener("click", () => pay(options).catch((error) => options.onError?.(error)));
      node.append(made);
      options.onInit?.({}, { enable() {}, disable() {} });
    },
    close: async () => {},
  });

  window.paypal = {
    FUNDING: { PAYPAL: "paypal", CREDIT: "credit", PAYLATER: "paylater", VENMO: "venmo" },
    Buttons,
  };
})();
