using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Proposes metadata for a source; needs no repository.</summary>
internal static class MetadataInferCommand
{
    private const long MostRecords = 100_000;

    public static Verb Create()
    {
        var source = new Argument<string?>("SOURCE")
        {
            Description = "What to look at: a file (CSV, JSON, Excel, Parquet, also packed), an address (https://…), "
                + "or a database (SQLite file, postgres://…, mysql://…).",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var draft = new Option<string?>("--metadata", "-m")
        {
            Description = "Take the source from this metadata file, which needs nothing else yet: for logins, pages, headers.",
            HelpName = "FILE",
        };
        var of = new Option<string?>("--from") { Description = "The table or view of a database.", HelpName = "TABLE" };
        var sql = new Option<string?>("--query") { Description = "What a database is asked instead of a table.", HelpName = "SQL" };
        var hosts = new Option<string[]>("--private-host")
        {
            Description = "Allow this host or network at private addresses; may be given several times.",
            HelpName = "HOST",
        };
        var file = new Option<string?>("--out", "-o") { Description = "Write the metadata to this file.", HelpName = "FILE" };
        var table = new Option<string?>("--table", "-t") { Description = "The destination table; without it named after the source.", HelpName = "TABLE" };
        var decide = new Option<string[]>("--decide", "-d")
        {
            Description = "Answer an open question; may be given several times. SOURCE stands for the source.",
            HelpName = "FIELD=CHOICE",
        };
        var member = new Option<string?>("--member")
        {
            Description = "The file to read of an archive that holds several, or the sheet of a workbook.",
            HelpName = "NAME",
        };
        var records = new Option<long>("--records", "-n")
        {
            Description = "How many records to look at.",
            HelpName = "COUNT",
            DefaultValueFactory = _ => MostRecords,
        };
        var force = new Option<bool>("--force") { Description = "Write over the file that --out names." };
        return new Verb("infer", "Propose metadata from real data, with the evidence, and say what only you can decide.",
            "db-vc metadata infer customers.csv", "db-vc metadata infer customers.csv --out customers.json --decide born=day-first",
            "db-vc metadata infer https://api.example.com/orders --out orders.json", "db-vc metadata infer shop.db --from customers",
            "db-vc metadata infer --metadata draft.json --out orders.json")
        { source, draft, of, sql, hosts, file, table, decide, member, records, force }.Reads(source, draft).Makes(file)
            .Answers<InferenceDocument>().Runs(context =>
        {
            var query = new InferenceQuery(context.Get(source), context.Get(file), context.Get(table), ReadDecisions(context.Get(decide) ?? []))
            {
                Draft = context.Get(draft),
                Of = context.Get(of),
                Sql = context.Get(sql),
                PrivateHosts = context.Get(hosts) ?? [],
                Folder = context.Folder,
                Member = context.Get(member),
                MaxRecords = ReadCount(context.Get(records)),
                Overwrites = context.Get(force),
                Files = context.Options().Files,
                Recall = new FolderMemory(context.Folder, context.Options()).FindDialect,
            };
            var report = MetadataDesk.Infer(query, context.Interrupted);
            InferenceView.Show(context.Output, report);
            context.Output.Json(MetadataShapes.Inference(report));
            return 0;
        });
    }

    private static long ReadCount(long records) => records is >= 1 and <= 10_000_000 ? records
        : throw Refuse($"--records must be from 1 to 10,000,000, not {records}.", "Leave it out to look at 100,000.");

    private static Dictionary<string, string> ReadDecisions(IEnumerable<string> written)
    {
        var decisions = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var text in written)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || at == text.Length - 1) throw Refuse($"'{text}' decides nothing.", "Write --decide FIELD=CHOICE, for example born=day-first.");
            if (!decisions.TryAdd(text[..at], text[(at + 1)..])) throw Refuse($"--decide is given twice for '{text[..at]}'.", "Decide once.");
        }

        return decisions;
    }

    private static DbVcException Refuse(string message, string hint) => new(FailureKind.Usage, "usage", message, hint: hint);
}
