// The OpenAPI description of the server kit, from the schemas that the kit itself reads and answers by.
// Knows how OpenAPI 3.1 is written; what there is to describe is in `routes.ts` and `errors.ts`.
import * as z from 'zod/mini';
import { chainId } from '../src/schema.ts';
import { ERRORS, type ErrorCode } from './errors.ts';
import { ROUTES, type Route } from './routes.ts';

type Json = Record<string, unknown>;

/** JSON Schema draft 2020-12, which OpenAPI 3.1 takes as it is. */
const schemaOf = (schema: z.ZodMiniType): Json => {
  // As input, objects are open: more fields may come, and a client must not break on them.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      // Its check is a function, which says nothing of itself.
      if (zodSchema === chainId) Object.assign(jsonSchema, { type: 'integer', minimum: 1 });
    },
  });
  return rest;
};

const statusesOf = (code: ErrorCode): readonly number[] => ERRORS[code].status;

const parametersOf = ({ path, query, headers = {} }: Route): Json[] => {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: 'A `partnerUserRef` of the signed-in user.',
    schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{44}$' },
  }));
  const { properties = {}, required = [] } = query ? schemaOf(query) : {};
  const inQuery = Object.entries(properties as Json).map(([name, schema]) => ({
    name,
    in: 'query',
    required: (required as string[]).includes(name),
    schema,
  }));
  const inHeader = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...inHeader];
};

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds.', required: true, schema: { type: 'integer' } } };

const errorAnswer = (status: number, codes: readonly ErrorCode[], limits: Json | undefined): Json => ({
  description: codes.map((code) => `\`${code}\`: ${ERRORS[code].means}`).join('\n\n'),
  ...((status === 429 || status === 503) && { headers: RETRY_AFTER }),
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: { code: { enum: codes }, message: { type: 'string' }, ...(limits && { limits }) },
        required: ['code', 'message'],
      },
    },
  },
});

const errorsOf = ({ errors, refusal }: Route): Json => {
  const limits = refusal && (schemaOf(refusal).properties as Json).limits;
  const statuses = [...new Set(errors.flatMap(statusesOf))].sort();
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = errors.filter((code) => statusesOf(code).includes(status));
      return [status, errorAnswer(status, codes, status === 422 ? (limits as Json) : undefined)];
    }),
  );
};

const answersOf = ({ answers }: Route): Json =>
  Object.fromEntries(
    Object.entries(answers).map(([status, { means, schema, type = 'application/json' }]) => [
      status,
      { description: means, ...(schema && { content: { [type]: { schema: schemaOf(schema) } } }) },
    ]),
  );

const operationOf = (route: Route): Json => ({
  operationId: route.id,
  summary: route.summary,
  description: route.means,
  security: route.by === undefined ? [] : [{ [route.by]: [] }],
  parameters: parametersOf(route),
  ...(route.body && {
    requestBody: { required: !route.isBodyOptional, content: { 'application/json': { schema: schemaOf(route.body) } } },
  }),
  responses: { ...answersOf(route), ...errorsOf(route) },
});

/** The whole description, as JSON. */
export const describeKit = (): Json => {
  const paths: Record<string, Json> = {};
  for (const route of ROUTES) paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) };
  return {
    openapi: '3.1.0',
    info: {
      title: 'offramp-button server kit',
      version: '1',
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'What `createOfframpHandler` answers. Every error is `{ code, message }`. Only listed origins may ask; a writing request ' +
        'needs an `Origin`. `HEAD` is answered wherever `GET` is, and `OPTIONS` everywhere, for CORS.',
    },
    servers: [{ url: '/api/offramp', description: 'Wherever you mounted the handler.' }],
    paths,
    components: {
      securitySchemes: {
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'session',
          description: 'Whatever the option `authorize` reads: the cookie is only an example.',
        },
        operator: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'Whatever the option `operator` reads: the header is only an example.',
        },
        webhook: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Hook0-Signature',
          description: "Coinbase's signature over the raw body (docs.cdp.coinbase.com/webhooks/verify-signatures).",
        },
      },
    },
  };
};
