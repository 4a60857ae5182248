// Vue's own compiler as a plugin for Vite, in place of `@vitejs/plugin-vue`: one file with `<script setup>`, for page or server.
import { transformWithOxc } from 'vite';
import { compileScript, parse } from 'vue/compiler-sfc';

export default ({ template }) => ({
  name: 'vue',
  config: () => ({
    define: {
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true',
    },
  }),
  transform: {
    filter: { id: /\.vue$/ },
    handler(code, id) {
      const { descriptor, errors } = parse(code, { filename: id, templateParseOptions: template.compilerOptions });
      if (errors.length) throw errors[0];
      const ssr = this.environment.config.consumer === 'server';
      const { content } = compileScript(descriptor, {
        id: 'cash-out',
        inlineTemplate: true,
        templateOptions: { ...template, ssr, ssrCssVars: [] },
      });
      return transformWithOxc(content, `${id}.ts`);
    },
  },
});
