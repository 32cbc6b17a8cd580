/** The inspector over a fixed story, for tests and shots. */
import { story } from "../test/support/inspection/story.ts";
import { mount } from "./mount.tsx";

const element = document.querySelector<HTMLElement>("#inspector");
if (element !== null) mount(element, story({ state: new URLSearchParams(location.search).get("state") ?? "" }), { isPage: true });
