/** The playground: the inspector over a repository that lives in this tab. */
import "edgewater/polyfill";
import { signal } from "@preact/signals";
import { later } from "../inspector-ui/frame/later.tsx";
import { mount } from "../inspector-ui/mount.tsx";
import { type Host, openHost } from "./host.ts";
import { workOffline } from "./offline/register.ts";
import { Elsewhere } from "./parts/elsewhere.tsx";
import { Notices } from "./parts/notices.tsx";
import { PlaceChoice } from "./parts/place-choice.tsx";
import styles from "./parts/playground.css?inline";

const FunctionCard = later(() => import("./parts/function-card.tsx").then((module) => module.FunctionCard));
const element = document.querySelector<HTMLElement>("#inspector");
if (element === null) throw new Error("The page has no element with the id inspector");
const update = signal<Host["update"]["value"]>(undefined);
const sheet = new CSSStyleSheet();
sheet.replaceSync(styles);

/** How long after the first screen the repository is opened, in milliseconds, unless it is needed before. */
const openAfterMs = 500;

/** A module that waited at its top would keep those from running that it loads meanwhile and that import from it. */
async function start(page: HTMLElement): Promise<void> {
  await openHost(update, (host) => {
    const { unmount } = mount(page, host.session.inspection, {
      isPage: true,
      slots: {
        firstVisit: () => <PlaceChoice host={host} />,
        asset: ({ name }) => <FunctionCard key={name} name={name} session={host.session} />,
        storage: () => <Elsewhere host={host} />,
        rail: () => <Notices host={host} />,
      },
    });
    page.shadowRoot?.adoptedStyleSheets.push(sheet);
    // What fails is told where the repository is needed.
    const opening = setTimeout(() => void host.session.open().catch(() => {}), openAfterMs);
    return () => {
      clearTimeout(opening);
      unmount();
    };
  });
  await workOffline({
    onUpdate: (activate) => {
      update.value = activate;
    },
  });
}

void start(element);
