"""Files in and out: the import workbook (XLSX, ODS, CSV), its template, its annotated copy, its export."""
