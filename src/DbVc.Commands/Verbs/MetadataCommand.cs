using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Looks at metadata files; needs no repository.</summary>
internal static class MetadataCommand
{
    public static Verb Create() => new("metadata", "Check, explain and propose the files that describe a data source.")
    {
        Validate(), Explain(), MetadataInferCommand.Create(), Schema(),
    };

    private static Argument<string> FileArgument() => new("FILE") { Description = "The metadata file, JSON or YAML." };

    private static Verb Validate()
    {
        var file = FileArgument();
        return new Verb("validate", "Say everything that is wrong with a file, with line and suggestion.", "db-vc metadata validate customers.json") { file }
            .Reads(file).Answers<ValidationDocument>().Runs(context =>
        {
            var name = context.Get(file)!;
            var report = MetadataDesk.Validate(Path.GetFullPath(name), new FolderMemory(context.Folder, context.Options()).Recall);
            if (report.Problems.Count == 0) context.Output.Line(Piece.Good("✓ "), name, " is whole.");
            else context.Output.Line(Piece.Bad("✗ "), name, report.Problems.Count == 1 ? " has 1 problem:" : $" has {report.Problems.Count} problems:");
            foreach (var problem in report.Problems)
            {
                context.Output.Line("  ", Piece.Id($"{name}:{problem.Line}:{problem.Column}"), "  ", Piece.Dim(problem.Path));
                context.Output.Line("    ", problem.Message, problem.Suggestion is null ? "" : " " + MetadataView.Sentence(problem.Suggestion));
            }

            MetadataView.Assumptions(context.Output, report.Assumptions);
            context.Output.Json(MetadataShapes.Validation(name, report));
            return report.Problems.Count == 0 ? 0 : (int)FailureKind.Usage;
        });
    }

    private static Verb Explain()
    {
        var file = FileArgument();
        return new Verb("explain", "Say in plain words what a file will do, and show records of the source that its rules would stop.",
            "db-vc metadata explain customers.json") { file }.Reads(file).Answers<ExplanationDocument>().Runs(context =>
        {
            var explanation = MetadataDesk.Explain(Path.GetFullPath(context.Get(file)!), context.Interrupted, context.Options().Files);
            MetadataView.Show(context.Output, explanation);
            context.Output.Json(MetadataShapes.Explanation(explanation));
            return 0;
        });
    }

    private static Verb Schema() => new Verb("schema", "Print the JSON Schema of metadata files, for editors.", "db-vc metadata schema > db-vc.schema.json")
        .Answers<MetadataSchemaDocument>().Runs(context =>
    {
        var schema = MetadataDesk.Schema();
        foreach (var line in schema.TrimEnd('\n').Split('\n')) context.Output.Line(line);
        context.Output.Json(MetadataShapes.Schema(schema));
        return 0;
    });
}
