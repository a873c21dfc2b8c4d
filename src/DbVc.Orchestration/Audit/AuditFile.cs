using System.Text;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>An operation log that was exported, read without the repository it is of.</summary>
internal static class AuditFile
{
    private const string Damaged = "audit.file-damaged";

    /// <summary>Checks every line against its hash and the line before. That its end is there, only the log itself can say.</summary>
    public static AuditReport Check(string file)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw new DbVcException(FailureKind.Usage, "file.missing", "There is no such file.", path, "Give the file that db-vc audit export made.");
        }

        var problems = new List<AuditProblem>();
        var (lines, first, last, head) = (0L, 0L, 0L, Hash.None);
        foreach (var line in File.ReadLines(path, new UTF8Encoding(false, throwOnInvalidBytes: false)))
        {
            lines++;
            try
            {
                var record = OperationLine.Parse(lines, Encoding.UTF8.GetBytes(line));
                if (first == 0) first = record.Number;
                if (lines == 1 && record.Number == 1 && !record.Previous.IsNone) Report(record.Number, "It is no first entry: another one is before it.");
                else if (lines > 1 && record.Number != last + 1)
                    Report(record.Number, $"It follows entry {last}: what is between them was removed, or lines changed places.");
                else if (lines > 1 && record.Previous != head)
                    Report(record.Number, $"It does not follow entry {last}: an entry was edited, removed, inserted or put in another place.");
                (last, head) = (record.Number, record.Hash);
            }
            catch (DbVcException failure)
            {
                problems.Add(new AuditProblem(Damaged, $"{path}, line {lines}", failure.Message));
                (last, head) = (last + 1, Hash.None);
            }
        }

        if (lines == 0) problems.Add(new AuditProblem(Damaged, path, "It holds no entry: it was emptied, or is no export of an operation log."));
        return new AuditReport(lines, first, last, head.ToString(), problems, []);

        void Report(long number, string message) => problems.Add(new AuditProblem(Damaged, $"{path}, line {lines}, operation {number}", message));
    }
}
