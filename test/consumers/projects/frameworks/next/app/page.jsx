'use client';
import { useEffect } from 'react';
import { sampleInPage } from '../../shared/page.js';

export default function Page() {
  useEffect(() => void sampleInPage(), []);
  return <h1>Digits</h1>;
}
