// Tells Vue's compiler that the tag is an element of the browser, not a component.
import vue from '@vitejs/plugin-vue';

export default {
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag === 'offramp-button' } } })],
};
