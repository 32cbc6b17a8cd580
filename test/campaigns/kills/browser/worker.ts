import { type CompetitorOptions, compete } from "./competitor.ts";

self.onmessage = ({ data }: MessageEvent<CompetitorOptions>) => void compete(data);
