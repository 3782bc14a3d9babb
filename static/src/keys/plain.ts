/** Whether keys without Ctrl do anything: speech input types letters (WCAG 2.1.4). */

import { kept } from "../store/kept";

export const plainKeys = kept("plainKeys", true);
