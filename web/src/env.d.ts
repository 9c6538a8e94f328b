/// <reference types="svelte" />
/// <reference types="vite/client" />

/** The version of the workspace. */
declare const __VERSION__: string
