// A certified OpenID provider with invented people: whoever signs in as NAME is in the groups of NAME in the file.
import { readFileSync } from 'node:fs';
import { Provider } from 'oidc-provider';

const [port, callback, people] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'gisgrid', client_secret: 'invented-secret', redirect_uris: [callback] }],
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  claims: { openid: ['sub'], profile: ['preferred_username', 'groups'], email: ['email'] },
  conformIdTokenClaims: process.env.IN_TOKEN !== '1',
  pkce: { required: () => true },
  cookies: { keys: ['invented'] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => {
      const known = JSON.parse(readFileSync(people, 'utf8'))[id] ?? {};
      return { sub: id, preferred_username: known.name ?? id, email: `${id}@city.example`, groups: known.groups };
    },
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
