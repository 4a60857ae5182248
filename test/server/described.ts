// Holds answers against an OpenAPI description: status, media type, headers and body, strictly.
// Knows OpenAPI 3.1 as far as the kit's own description uses it; does not know what the kit does.
import assert from 'node:assert/strict';
import { fromJSONSchema } from 'zod';

interface Described {
  headers?: Record<string, { required?: boolean }>;
  content?: Record<string, { schema: object }>;
}

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, Described> }>>;
}

/** The schema with no room for fields that it does not name. */
const strict = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]));
  return 'properties' in schema ? { ...inner, additionalProperties: false } : inner;
};

export const createDescription = ({ paths }: Description) => {
  const seen = new Set<string>();

  const describedAs = (method: string, path: string, status: number) => {
    const [pathname = ''] = path.split('?');
    const known = Object.keys(paths).find((template) =>
      new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
    );
    const operation = paths[known ?? '']?.[method.toLowerCase()];
    assert.ok(operation, `${method} ${pathname} is described`);
    const described = operation.responses[status];
    assert.ok(described, `${method} ${known} → ${status} is described`);
    return { described, name: `${method.toLowerCase()} ${known} ${status}` };
  };

  return {
    /** What was answered: `get /sales/{ref} 200`, and for errors `post /token 400 bad-request`. */
    seen,
    /** @param path as it comes after the mount. */
    check: async (method: string, path: string, answer: Response): Promise<void> => {
      const { described, name } = describedAs(method, path, answer.status);
      seen.add(name);
      for (const [header, { required }] of Object.entries(described.headers ?? {}))
        if (required) assert.match(answer.headers.get(header) ?? '', /^\d+$/, `${name} has ${header}`);
      const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
      if (!described.content) {
        assert.deepEqual([type, await answer.text()], ['', ''], `${name} has no body`);
        return;
      }
      const { schema } = described.content[type] ?? {};
      assert.ok(schema, `${name} may be ${type}`);
      if (type === 'text/event-stream') return answer.body?.cancel();
      const body: unknown = await answer.json();
      const read = fromJSONSchema(strict(schema) as Parameters<typeof fromJSONSchema>[0]).safeParse(body);
      assert.ok(read.success, `${name}: ${read.error?.message} in ${JSON.stringify(body)}`);
      if (answer.status >= 400) seen.add(`${name} ${(body as { code: string }).code}`);
    },
  };
};
