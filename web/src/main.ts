import { mount } from 'svelte'
import App from './App.svelte'
import './app.css'

const target = document.getElementById('app')
if (target) mount(App, { target })

if (import.meta.env.PROD && 'serviceWorker' in navigator && location.protocol !== 'file:') {
  // Without it the page works all the same, only not offline.
  navigator.serviceWorker.register(new URL('./sw.js', document.baseURI)).catch(() => undefined)
}
