// An OAuth server and a resource that takes its tokens, on loopback:
// node server.js PORT TOKEN_LIFETIME_IN_SECONDS
import Provider from 'oidc-provider';

const [port, lifetime] = process.argv.slice(2).map(Number);
const issuer = `http://127.0.0.1:${port}`;
const counts = { tokens: 0, accepted: 0, refused: 0 };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'mdb_sa_id_1',
      client_secret: 'mdb_sa_sk_hunter2',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    revocation: { enabled: true },
  },
  routes: { token: '/api/oauth/token', revocation: '/api/oauth/revoke' },
  ttl: { ClientCredentials: lifetime },
});

provider.use(async (context, next) => {
  if (context.path === '/counts') {
    context.body = counts;
  } else if (context.path.startsWith('/api/atlas/')) {
    const [, value] = (context.get('authorization') || '').split('Bearer ');
    const token = value && (await provider.ClientCredentials.find(value));
    const good = token && token.isValid;
    counts[good ? 'accepted' : 'refused'] += 1;
    context.status = good ? 200 : 401;
    context.body = good ? { id: '1' } : { error: 401, reason: 'Unauthorized' };
  } else {
    await next();
    if (context.path === '/api/oauth/token' && context.status === 200) counts.tokens += 1;
  }
});

provider.listen(port, '127.0.0.1');
