import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

// They write <style> elements, which the policy of the pages refuses; README.md says what to use instead.
const STYLE_WRITERS = ["AppShell", "Grid", "SimpleGrid"];

// What is no module of the build, and runs in the page as it is.
const PAGE = ["window", "document", "sessionStorage", "setTimeout", "HTMLScriptElement", "HTMLLinkElement"];

export default tseslint.config(
  { ignores: ["dist*", "node_modules"] },
  js.configs.recommended,
  {
    files: ["public/*.js"],
    languageOptions: { sourceType: "script", globals: Object.fromEntries(PAGE.map((name) => [name, false])) },
  },
  {
    files: ["src/**/*.{ts,tsx}", "plugins/*.ts", "vite.config.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { "react-hooks": reactHooks, "jsx-a11y": jsxA11y },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.flatConfigs.recommended.rules,
      // It is given on purpose: where a dialog opens, the first field is what one wants.
      "jsx-a11y/no-autofocus": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      complexity: ["error", 12],
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", { max: 200, skipComments: true }],
      "no-restricted-imports": [
        "error",
        {
          paths: [
            { name: "@mantine/core", importNames: STYLE_WRITERS, message: "It writes <style> elements." },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "What comes from outside is shown as text.",
        },
      ],
    },
  },
);
