// A provider of OpenID Connect, with its own pages to sign in: oidc-provider, which is certified by the OpenID Foundation.
import Provider from "oidc-provider";

const { issuer, port, back, secret, accounts } = JSON.parse(process.argv[2]);
const provider = new Provider(issuer, {
  clients: [{ client_id: "routehub", client_secret: secret, redirect_uris: [back], grant_types: ["authorization_code"] }],
  pkce: { required: () => true },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
  cookies: { keys: ["only for tests"] },
});
provider.listen(port, "127.0.0.1", () => console.log("ready"));
