/** What is copied of a text is what the model read and wrote: neither the page's marks nor the blocks that it draws lines in. */

export function copyText(event: ClipboardEvent): void {
  const selection = getSelection();
  const text = event.currentTarget as Element;
  if (!selection?.rangeCount || ![selection.anchorNode, selection.focusNode].every((end) => text.contains(end))) return;
  const copied = selection.getRangeAt(0).cloneContents();
  copied.querySelectorAll(".bytes").forEach((mark) => mark.remove());
  event.clipboardData?.setData("text/plain", copied.textContent ?? "");
  event.preventDefault();
}
