/// <reference types="svelte" />
/// <reference types="vite/client" />

/** The version of the workspace. */
declare const __VERSION__: string

declare module 'virtual:titles' {
  /** What each finding is about, by its id. */
  const titles: Record<string, string>
  export default titles
}
