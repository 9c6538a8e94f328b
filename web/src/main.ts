import { mount } from 'svelte'
import App from './App.svelte'
import { isGiven } from './given.ts'
import './app.css'

const target = document.getElementById('app')
if (target) {
  // What stood there while this was loading.
  target.replaceChildren()
  mount(App, { target })
}

// What a program shows from this machine needs no keeping, and the next program may show another page.
if (import.meta.env.PROD && !isGiven && 'serviceWorker' in navigator && location.protocol !== 'file:') {
  // Without it the page works all the same, only not offline.
  navigator.serviceWorker.register(new URL('./sw.js', document.baseURI)).catch(() => undefined)
}
