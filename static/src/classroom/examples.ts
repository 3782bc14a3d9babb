/** Odd one out, ready to play: a beginning that the bundled model can go on from, and how people did. Written for this site. */

export interface Example {
  prompt: string;
  texts: readonly string[];
}

const ENGLISH: readonly Example[] = [
  {
    prompt: "Once upon a time there was a little fox who",
    texts: [
      "was afraid of the dark. Every evening he counted the fireflies until he fell asleep.",
      "had lost one red shoe. He asked the owl, but the owl only laughed and flew away.",
    ],
  },
  {
    prompt: "It was raining, and Mia",
    texts: [
      "stood at the window with her nose against the cold glass. Somewhere a dog was barking.",
      "put on her yellow boots. She knew exactly which puddle was the deepest.",
    ],
  },
];

const TRADITIONAL: readonly Example[] = [
  {
    prompt: "從前有一隻小狐狸，",
    texts: ["牠很怕黑。每天晚上，牠都要數螢火蟲才睡得著。", "牠弄丟了一隻紅鞋子，去問貓頭鷹，貓頭鷹卻笑著飛走了。"],
  },
  {
    prompt: "外面下著雨，小美",
    texts: ["把鼻子貼在冰涼的玻璃上，聽遠處的狗叫。", "穿上黃色的雨鞋，她知道哪一個水坑最深。"],
  },
];

const SIMPLIFIED: readonly Example[] = [
  {
    prompt: "从前有一只小狐狸，",
    texts: ["它很怕黑。每天晚上，它都要数萤火虫才睡得着。", "它弄丢了一只红鞋子，去问猫头鹰，猫头鹰却笑着飞走了。"],
  },
  {
    prompt: "外面下着雨，小美",
    texts: ["把鼻子贴在冰凉的玻璃上，听远处的狗叫。", "穿上黄色的雨鞋，她知道哪一个水坑最深。"],
  },
];

export function examplesIn(language: string): readonly Example[] {
  const name = language.toLowerCase();
  return name.startsWith("zh-hans") || name === "zh-cn" ? SIMPLIFIED : name.startsWith("zh") ? TRADITIONAL : ENGLISH;
}
