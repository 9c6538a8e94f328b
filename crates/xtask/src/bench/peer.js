// What people write today: reads the list of images, sorts it, applies the policy, counts what goes.
const fs = require("fs");
const [, , policyPath, imagesPath, now] = process.argv;
const matcher = (list, begins) => {
  const patterns = list.map((entry) => {
    const parts = entry.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp("^" + (begins ? entry.replace(/[.+?^${}()|[\]\\*]/g, "\\$&") : parts.join(".*") + "$"));
  });
  return (tags) => patterns.every((pattern) => tags.some((tag) => pattern.test(tag)));
};
const selects = ({ tagStatus, tagPrefixList, tagPatternList }) => {
  if (tagStatus === "any") return () => true;
  if (tagStatus === "untagged") return (tags) => tags.length === 0;
  return matcher(tagPrefixList ?? tagPatternList, tagPrefixList !== undefined);
};
const images = JSON.parse(fs.readFileSync(imagesPath, "utf8")).imageDetails.map((image) => ({
  time: Date.parse(image.imagePushedAt),
  tags: image.imageTags ?? [],
  claimed: false,
  goes: false,
}));
images.sort((a, b) => b.time - a.time);
const rules = JSON.parse(fs.readFileSync(policyPath, "utf8")).rules.sort((a, b) => a.rulePriority - b.rulePriority);
for (const { selection } of rules) {
  const selected = selects(selection);
  let place = 0;
  for (const image of images) {
    if (!selected(image.tags)) continue;
    place += 1;
    const marked =
      selection.countType === "imageCountMoreThan"
        ? place > selection.countNumber
        : Date.parse(now) - image.time > selection.countNumber * 86400000;
    if (!image.claimed) image.goes = marked;
    image.claimed = true;
  }
}
console.log(images.filter((image) => image.goes).length);
