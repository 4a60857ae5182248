// What `manifest.ts` uses of the analyzer, whose own types leave it out.
declare module '@custom-elements-manifest/analyzer/index.js' {
  /** The TypeScript that the analyzer reads sources by. */
  export const ts: {
    ScriptTarget: { ES2022: number };
    createSourceFile(path: string, text: string, target: number, setParentNodes: boolean): object;
  };
  export const create: (of: { modules: object[] }) => unknown;
}
