/**
 * Passkeys: a form with `data-passkey="create"` or `"get"` asks the browser for a credential before it is sent.
 * Options of the ceremony stand in the form's JSON block, or come from `data-options-url`. Without this module the
 * button stays hidden and the note in `<noscript>` is read.
 */

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const described = (list) => (list ?? []).map((item) => ({ ...item, id: toBytes(item.id) }));

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
      // Where the device can, the passkey is one to sign in with; otherwise it is a second factor.
      authenticatorSelection: { ...options.authenticatorSelection, residentKey: "preferred", requireResidentKey: false },
    },
  });
  return {
    response: {
      clientDataJSON: toText(made.response.clientDataJSON),
      attestationObject: toText(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
    ...common(made),
  };
}

async function get(options) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  return {
    response: {
      clientDataJSON: toText(clientDataJSON),
      authenticatorData: toText(authenticatorData),
      signature: toText(signature),
      userHandle: userHandle ? toText(userHandle) : null,
    },
    ...common(found),
  };
}

const common = (credential) => ({
  type: credential.type,
  id: credential.id,
  rawId: toText(credential.rawId),
  authenticatorAttachment: credential.authenticatorAttachment ?? null,
  clientExtensionResults: credential.getClientExtensionResults(),
});

async function options(form) {
  const inline = form.querySelector('script[type="application/json"]');
  const data = inline
    ? JSON.parse(inline.textContent)
    : await (await fetch(form.dataset.optionsUrl, { headers: { Accept: "application/json" } })).json();
  return (data.creation_options ?? data.request_options).publicKey;
}

async function run(form) {
  const refused = form.querySelector("[data-passkey-refused]");
  refused.hidden = true;
  try {
    const ceremony = form.dataset.passkey === "create" ? create : get;
    form.elements.credential.value = JSON.stringify(await ceremony(await options(form)));
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof TypeError)) throw error;
    refused.hidden = false;
    return;
  }
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.querySelector("[data-passkey-button]").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form);
  });
}
