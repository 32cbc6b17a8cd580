/** The CORS rules that a bucket needs for this page. */
export function corsRules(): string {
  const exposed = ["ETag", "Content-Range", "Date", "Retry-After", "x-amz-meta-edgewaternonces", "x-amz-meta-edgewatermetadata"];
  const marks = ["content-digest", "serializer", "run-id", "write-id", "data-version"].map((mark) => `x-amz-meta-${mark}`);
  const rule = {
    AllowedOrigins: [location.origin],
    AllowedMethods: ["GET", "HEAD", "PUT", "POST", "DELETE"],
    AllowedHeaders: ["*"],
    ExposeHeaders: [...exposed, ...marks],
    MaxAgeSeconds: 3600,
  };
  return JSON.stringify([rule], undefined, 2);
}
