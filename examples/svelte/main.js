import { mount } from 'svelte';
import Digit from './Digit.svelte';

mount(Digit, { target: document.querySelector('main'), props: { label: 3, seed: 7 } });
