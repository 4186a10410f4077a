import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Digit } from './Digit.jsx';

createRoot(document.querySelector('main')).render(
  <StrictMode>
    <Digit label={3} seed={7} />
  </StrictMode>,
);
