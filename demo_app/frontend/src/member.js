// The member's own settings. Every change is a call of the SDK with the member's session.
import {
  client,
  inboxLink,
  messageOf,
  REDIRECT_URL,
  requireLogin,
  SESSION_MINUTES,
  showNotice,
  showPage,
  showProblem,
} from "./shared/app.js";
import { fill, onSubmit, show } from "./shared/forms.js";

const { organization, member: { member_id } } = await requireLogin();
const identity = { organization_id: organization.organization_id, member_id };
let phoneNumber = ""; // a code was sent to it

function update() {
  const member = client.self.getSync();
  const { member_password_id: password, totp_registration_id: totp, mfa_phone_number: phone } = member;
  const isVerified = Boolean(phone && member.mfa_phone_number_verified);
  fill({
    "member-email": member.email_address,
    "password-title": password ? "Change your password" : "Set a password",
    phone: isVerified ? phone : "You haven't verified a number yet.",
    totp: totp ? "An authenticator app is set up." : "You haven't set up an app yet.",
  });
  document.getElementById("name").value = document.getElementById("name").defaultValue = member.name;
  document.querySelector('[data-field="username"]').value = member.email_address;
  document.getElementById("mfa-enrolled").checked = member.mfa_enrolled;
  document.getElementById("existing-password").required = Boolean(password);
  show("existing-password-field", password);
  show("phone-form", !isVerified && !phoneNumber);
  show("phone-code-form", !isVerified && phoneNumber);
  show("phone-remove-form", isVerified);
  show("totp-create-form", !totp);
  show("totp-actions", totp);
}

fill({ "organization-name": organization.organization_name });
update();
client.self.onChange((member) => member && update());

onSubmit("name-form", async ({ name }) => {
  await client.self.update({ name });
  showNotice("Your name is saved.");
});

onSubmit("email-form", async ({ email }) => {
  await client.self.startEmailUpdate({ email_address: email, login_redirect_url: REDIRECT_URL });
  showNotice(`We sent a link to ${email}.`, inboxLink(email));
});

onSubmit("password-form", async ({ existing, password }) => {
  const { email_address, member_password_id } = client.self.getSync();
  if (member_password_id) {
    await client.passwords.resetByExistingPassword({
      organization_id: organization.organization_id,
      email_address,
      existing_password: existing,
      new_password: password,
      session_duration_minutes: SESSION_MINUTES,
    });
  } else {
    await client.passwords.resetBySession({ password });
  }
  document.getElementById("strength").textContent = "";
  await client.self.get();
  showNotice("Your new password is set.");
});

document.getElementById("new-password").addEventListener("change", async ({ target: { value: password } }) => {
  const { email_address } = client.self.getSync();
  const check = await client.passwords.strengthCheck({ email_address, password }).catch(() => null);
  if (check) document.getElementById("strength").textContent = advice(check);
});

function advice({ valid_password: isValid, breached_password: isBreached, zxcvbn_feedback: feedback }) {
  if (isValid) return "This password is strong enough.";
  if (isBreached) return "This password was found in a data breach.";
  return feedback?.warning || feedback?.suggestions?.[0] || "This password is too easy to guess.";
}

document.getElementById("mfa-enrolled").addEventListener("change", async ({ target }) => {
  try {
    await client.self.update({ mfa_enrolled: target.checked });
    showNotice(target.checked ? "A second factor is now required." : "A second factor is no longer required.");
  } catch (error) {
    showProblem(messageOf(error));
  }
  update();
});

onSubmit("phone-form", async ({ number }) => {
  const mfa_phone_number = number.replaceAll(/[\s()-]/g, "");
  await client.otps.sms.send({ ...identity, mfa_phone_number });
  phoneNumber = mfa_phone_number;
  showNotice(`We sent a code to ${phoneNumber}.`, inboxLink(phoneNumber));
  update();
  document.getElementById("phone-code").focus();
});

onSubmit("phone-code-form", async ({ code }) => {
  await client.otps.sms.authenticate({ ...identity, code, session_duration_minutes: SESSION_MINUTES });
  phoneNumber = "";
  showNotice("Your number is verified.");
  update();
});

onSubmit("phone-remove-form", async () => {
  await client.self.deleteMFAPhoneNumber();
  showNotice("Your number is removed.");
});

onSubmit("totp-create-form", async () => {
  const registration = await client.totp.create({ ...identity, expiration_minutes: 30 });
  document.getElementById("qr-code").src = registration.qr_code;
  document.getElementById("secret").textContent = registration.secret;
  show("totp-create-form", false);
  show("totp-code-form", true);
  document.getElementById("totp-code").focus();
});

onSubmit("totp-code-form", async ({ code }) => {
  await client.totp.authenticate({ ...identity, code, session_duration_minutes: SESSION_MINUTES });
  const { recovery_codes } = await client.recoveryCodes.get();
  show("totp-code-form", false);
  showCodes(recovery_codes);
  showNotice("Your authenticator app is set up. Save your recovery codes.");
});

onSubmit("codes-form", async () => showCodes((await client.recoveryCodes.get()).recovery_codes));

onSubmit("rotate-form", async () => {
  showCodes((await client.recoveryCodes.rotate()).recovery_codes);
  showNotice("Your recovery codes are replaced. The old ones no longer work.");
});

onSubmit("totp-remove-form", async () => {
  await client.self.deleteMFATOTP();
  show("recovery", false);
  showNotice("Your authenticator app is removed.");
});

function showCodes(codes) {
  const items = codes.map((text) => {
    const [item, code] = [document.createElement("li"), document.createElement("code")];
    code.textContent = text;
    item.append(code);
    return item;
  });
  document.getElementById("recovery-codes").replaceChildren(...items);
  show("recovery", true);
}

showPage();
