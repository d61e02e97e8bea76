// Writes the workbooks asked for on standard input, with exceljs and SheetJS: [{library, file, sheets: [{name, rows}]}].
import { readFileSync, writeFileSync } from "node:fs";
import ExcelJS from "exceljs";
import XLSX from "xlsx";

const DAY = 86400000;
const EPOCH = Date.UTC(1899, 11, 30);

async function exceljs(job) {
  const book = new ExcelJS.Workbook();
  for (const { name, rows } of job.sheets) {
    const sheet = book.addWorksheet(name);
    rows.forEach((row, r) => row.forEach((cell, c) => {
      if (!cell) return;
      const target = sheet.getCell(r + 1, c + 1);
      if (cell.format) target.numFmt = cell.format;
      if (cell.kind === "day") target.value = new Date(EPOCH + cell.value * DAY);
      else if (cell.formula) target.value = { formula: cell.formula, result: cell.value };
      else target.value = cell.value;
    }));
  }
  await book.xlsx.writeFile(job.file);
}

function sheetjs(job) {
  const book = XLSX.utils.book_new();
  for (const { name, rows } of job.sheets) {
    const sheet = {};
    let width = 0;
    rows.forEach((row, r) => row.forEach((cell, c) => {
      width = Math.max(width, c);
      if (!cell) return;
      const written = { t: cell.kind === "text" ? "s" : "n", v: cell.value };
      if (cell.format) written.z = cell.format;
      if (cell.formula) written.f = cell.formula;
      sheet[XLSX.utils.encode_cell({ r, c })] = written;
    }));
    sheet["!ref"] = XLSX.utils.encode_range({ s: { r: 0, c: 0 }, e: { r: rows.length - 1, c: width } });
    XLSX.utils.book_append_sheet(book, sheet, name);
  }
  writeFileSync(job.file, XLSX.write(book, { type: "buffer", bookType: "xlsx", compression: true, bookSST: job.shared }));
}

for (const job of JSON.parse(readFileSync(0, "utf8"))) {
  if (job.library === "exceljs") await exceljs(job);
  else sheetjs(job);
}
