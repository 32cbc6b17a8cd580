/** The inspector over a fixed story, for tests and shots. */
import { story } from "../test/support/inspection/story.ts";
import { mount } from "./mount.tsx";

const element = document.querySelector<HTMLElement>("#inspector");
const query = new URLSearchParams(location.search);
if (element !== null) mount(element, story({ state: query.get("state") ?? "", live: Number(query.get("live") ?? 0) }), { isPage: true });
