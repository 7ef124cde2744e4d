// One secured field: talks with adyen-web by messages, and encrypts what is typed.
// Only published test numbers are taken, so that nobody types a real card in a sandbox.
(() => {
  "use strict";

  const settings = JSON.parse(document.getElementById("settings").dataset.settings);
  const field = document.getElementById("field");
  const label = document.getElementById("label");
  const problem = document.getElementById("problem");
  const known = new Set(settings.cards);
  const GUESSES = [
    { brand: "visa", pattern: /^4/, length: 16 },
    { brand: "mc", pattern: /^(5[1-5]|2[2-7])/, length: 16 },
    { brand: "amex", pattern: /^3[47]/, length: 15 },
    { brand: "maestro", pattern: /^(50|6[37])/, length: 16 },
  ];
  const NO_GUESS = { brand: "card", length: 19 };
  const INCOMPLETE = {
    encryptedCardNumber: "cc.num.901",
    encryptedExpiryDate: "cc.dat.911",
    encryptedSecurityCode: "cc.cvc.921",
  };
  const PRESSED = {
    encryptedCardNumber: "numberKeyPressed",
    encryptedExpiryDate: "dateKeyPressed",
    encryptedSecurityCode: "cvcKeyPressed",
  };

  let config = null;
  let guess = NO_GUESS;
  let cardBrand = "card";
  let encrypted = false;
  let failed = "";
  let shownBin = "";
  let lookups = 0;
  let edition = 0;

  const send = (message) => {
    const text = JSON.stringify({ fieldType: config.fieldType, numKey: config.numKey, ...message });
    window.parent.postMessage(text, settings.parent);
  };

  // --- encryption: a compact JWE, RSA-OAEP-256 and A256GCM -------------------------------

  const base64url = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");

  const encrypt = async (content) => {
    const { subtle } = window.crypto;
    const rsa = { name: "RSA-OAEP", hash: "SHA-256" };
    const publicKey = await subtle.importKey("jwk", settings.key, rsa, false, ["encrypt"]);
    const secret = window.crypto.getRandomValues(new Uint8Array(32));
    const nonce = window.crypto.getRandomValues(new Uint8Array(12));
    const key = await subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
    const utf8 = new TextEncoder();
    const header = base64url(utf8.encode(JSON.stringify({ alg: "RSA-OAEP-256", enc: "A256GCM" })));
    const plain = utf8.encode(JSON.stringify({ ...content, generatedAt: new Date().toISOString() }));
    const algorithm = { name: "AES-GCM", iv: nonce, additionalData: utf8.encode(header) };
    const sealed = new Uint8Array(await subtle.encrypt(algorithm, key, plain));
    const wrapped = await subtle.encrypt(rsa, publicKey, secret);
    const parts = [wrapped, nonce, sealed.slice(0, -16), sealed.slice(-16)].map(base64url);
    return [header, ...parts].join(".");
  };

  // An answer that comes after another key press is about a value that is gone.
  const sealed = async (contents, use) => {
    const started = edition;
    const blobs = await Promise.all(contents.map(encrypt));
    if (started === edition) {
      encrypted = true;
      field.classList.add("validated");
      setProblem("");
      use(blobs);
    }
  };

  // --- errors --------------------------------------------------------------------------

  const setProblem = (code) => {
    failed = code;
    const texts = (config.iframeUIConfig?.ariaConfig?.[config.fieldType] || {}).error || {};
    problem.textContent = code ? texts[code] || code : "";
    if (code) {
      field.setAttribute("aria-invalid", "true");
    } else {
      field.removeAttribute("aria-invalid");
    }
  };

  const complain = (code, action) => {
    setProblem(code);
    send({ action, error: code });
  };

  // A value that was complete or wrong, and is being changed, is neither any more.
  const unsettle = () => {
    field.classList.remove("validated");
    if (encrypted || failed) {
      encrypted = false;
      setProblem("");
      send({ action: PRESSED[config.fieldType], error: "" });
    }
  };

  const luhn = (digits) => {
    const sum = [...digits].reverse().reduce((total, digit, place) => {
      const value = Number(digit) * (place % 2 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    return sum % 10 === 0;
  };

  // Writes the grouped value, and leaves the caret after the same digit as before.
  const write = (text) => {
    if (field.value === text) {
      return;
    }
    const before = field.value.slice(0, field.selectionStart).replace(/\D/g, "").length;
    field.value = text;
    let place = 0;
    for (let digits = 0; digits < before && place < text.length; place += 1) {
      digits += /\d/.test(text[place]) ? 1 : 0;
    }
    field.setSelectionRange(place, place);
  };

  // --- the three fields ----------------------------------------------------------------

  const grouped = (digits) =>
    guess.brand === "amex"
      ? [digits.slice(0, 4), digits.slice(4, 10), digits.slice(10)].filter(Boolean).join(" ")
      : digits.replace(/(.{4})(?=.)/g, "$1 ");

  const tellBrand = () => {
    send({
      action: "brand",
      brand: guess.brand,
      cvcPolicy: "required",
      expiryDatePolicy: "required",
      cvcText: "Security code",
      showSocialSecurityNumber: false,
      mode: "best-guess",
      maxLength: guess.length,
    });
  };

  const tellBin = async (digits) => {
    const bin = digits.length >= 6 ? digits.slice(0, 8) : "";
    if (bin === shownBin) {
      return;
    }
    shownBin = bin;
    const known6 = digits.slice(0, 6);
    if (!bin) {
      send({ action: "binValue", binValue: known6 });
      return;
    }
    const encryptedBin = await encrypt({ bin });
    if (shownBin === bin) {
      lookups += 1;
      send({ action: "binValue", binValue: known6, encryptedBin, uuid: `${config.numKey}-${lookups}` });
    }
  };

  const readNumber = (raw) => {
    const found = GUESSES.find(({ pattern }) => pattern.test(raw)) || NO_GUESS;
    const digits = raw.slice(0, found.length);
    const isNew = found.brand !== guess.brand;
    guess = found;
    write(grouped(digits));
    if (isNew) {
      tellBrand();
    }
    tellBin(digits);
    unsettle();
    if (known.has(digits)) {
      sealed([{ number: digits }], ([blob]) =>
        send({
          action: "encryption",
          encryptedCardNumber: [{ type: "card", encryptedFieldName: "encryptedCardNumber", blob }],
          endDigits: digits.slice(-4),
          issuerBin: digits.slice(0, 8),
          code: config.fieldType,
        }),
      );
    } else if (guess !== NO_GUESS && digits.length === guess.length) {
      if (luhn(digits)) {
        console.warn("This sandbox takes published test cards only.");
      }
      complain("cc.num.902", "luhnCheck");
    }
  };

  const readDate = (raw) => {
    const digits = raw.slice(0, 4);
    write(digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2)}` : digits);
    unsettle();
    if (digits.length < 4) {
      return;
    }
    const month = digits.slice(0, 2);
    const year = `20${digits.slice(2)}`;
    if (Number(month) < 1 || Number(month) > 12) {
      complain("cc.dat.911", "dateKeyPressed");
    } else if (`${year}-${month}` < settings.month) {
      complain("cc.dat.912", "dateKeyPressed");
    } else {
      sealed([{ expiryMonth: month }, { expiryYear: year }], ([monthBlob, yearBlob]) =>
        send({
          action: "encryption",
          type: "year",
          encryptedExpiryDate: [
            { type: "month", encryptedFieldName: "encryptedExpiryMonth", blob: monthBlob },
            { type: "year", encryptedFieldName: "encryptedExpiryYear", blob: yearBlob },
          ],
        }),
      );
    }
  };

  const readCode = (raw) => {
    const length = cardBrand === "amex" ? 4 : 3;
    const digits = raw.slice(0, length);
    write(digits);
    unsettle();
    if (digits.length === length) {
      sealed([{ cvc: digits }], ([blob]) =>
        send({
          action: "encryption",
          encryptedSecurityCode: [{ type: "cvc", encryptedFieldName: "encryptedSecurityCode", blob }],
        }),
      );
    }
  };

  const READERS = {
    encryptedCardNumber: readNumber,
    encryptedExpiryDate: readDate,
    encryptedSecurityCode: readCode,
  };

  const read = () => {
    edition += 1;
    READERS[config.fieldType]?.(field.value.replace(/\D/g, ""));
  };

  // --- styles: the shop may choose those of the text, in each state --------------------

  const STATES = { base: "input", error: "input[aria-invalid]", placeholder: "input::placeholder", validated: "input.validated" };

  const dress = (styles = {}) => {
    const sheet = new CSSStyleSheet();
    for (const [state, selector] of Object.entries(STATES)) {
      const { style } = sheet.cssRules[sheet.insertRule(`${selector} {}`, sheet.cssRules.length)];
      for (const [name, value] of Object.entries(styles[state] || {})) {
        // Set through the object model: a value cannot bring a rule of its own.
        style[name] = value;
      }
    }
    document.adoptedStyleSheets = [sheet];
  };

  // --- messages ------------------------------------------------------------------------

  const configure = (message) => {
    config = message;
    const { ariaConfig = {}, placeholders = {}, sfStyles = {} } = message.iframeUIConfig || {};
    dress(sfStyles);
    const aria = ariaConfig[message.fieldType] || {};
    document.documentElement.lang = ariaConfig.lang || "en";
    document.title = aria.iframeTitle || aria.label || message.fieldType;
    label.textContent = aria.label || message.fieldType;
    field.placeholder = placeholders[message.fieldType] || "";
    field.name = message.fieldType;
    cardBrand = message.txVariant || "card";
    send({ action: "config" });
  };

  const obey = (message) => {
    if (message.focus === true) {
      field.focus();
    }
    if (message.brand && message.brand !== "reset") {
      const changed = cardBrand !== message.brand;
      cardBrand = message.brand;
      if (changed && config.fieldType === "encryptedSecurityCode" && field.value) {
        read();
      }
    }
    if (message.styleObject) {
      dress(message.styleObject);
    }
    if (message.externalValidation || message.unsupportedCard) {
      setProblem(message.code || "cc.num.903");
    }
  };

  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== settings.parent) {
      return;
    }
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    if (!config) {
      configure(message);
    } else if (message.numKey === config.numKey && message.fieldType === config.fieldType) {
      obey(message);
    }
  });

  field.addEventListener("input", () => config && read());
  field.addEventListener("focus", () => config && send({ action: "focus", focus: true, numChars: field.value.length }));
  field.addEventListener("blur", () => {
    if (!config) {
      return;
    }
    send({ action: "focus", focus: false, numChars: field.value.length });
    const pending = READERS[config.fieldType] && field.value.replace(/\D/g, "");
    const complete = { encryptedCardNumber: guess.length, encryptedExpiryDate: 4, encryptedSecurityCode: 3 };
    if (pending && !encrypted && !failed && pending.length < complete[config.fieldType]) {
      complain(INCOMPLETE[config.fieldType], "incorrectly filled field");
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && config) {
      send({ action: "enterKeyPressed" });
    }
  });
})();
