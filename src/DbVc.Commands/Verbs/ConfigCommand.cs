using System.CommandLine;
using System.Text.Json.Nodes;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Reads and changes the repository's settings.</summary>
internal static class ConfigCommand
{
    private const int MostShown = 80;

    public static Verb Create() => new("config", "Read and change the repository's settings, config.yaml.") { Get(), Set() };

    private static Verb Get()
    {
        var key = new Argument<string?>("KEY") { Description = "The setting; without it all of them.", Arity = ArgumentArity.ZeroOrOne };
        return new Verb("get", "Show a setting, or all of them.", "db-vc config get", "db-vc config get branches.server") { key }
            .Answers<SettingsDocument>().Answers<SettingDocument>().Runs(context =>
        {
            var settings = Workspace.Settings(context.FindRepository()).Get(context.Get(key));
            var list = new TextTable("", "", "");
            // One that is asked for is shown whole; in a list it would push the last column off the screen.
            var most = context.Get(key) is null ? MostShown : int.MaxValue;
            foreach (var setting in settings) list.Add(setting.Key, Shown.Cut(Text(setting.Value), most), Piece.Dim(setting.IsDefault ? "default" : ""));
            context.Output.List(list);
            context.Output.Json(context.Get(key) is null ? settings.ToJson() : settings[0].ToJson());
            return 0;
        });
    }

    private static Verb Set()
    {
        var key = new Argument<string>("KEY") { Description = "The setting, for example merge.policies or exclude." };
        var values = new Argument<string[]>("VALUE")
        {
            Description = "Its value; a list takes several, or none to be empty.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return new Verb("set", "Change a setting; comments and everything else in the file stay.",
            "db-vc config set gc.retention_days 90", "db-vc config set exclude \"log_*\" sessions", "db-vc config set merge.policies stock.quantity=delta")
        {
            key,
            values,
        }.Answers<SettingDocument>().Runs(context =>
        {
            var setting = Workspace.Settings(context.FindRepository(), context.Options()).Set(context.Get(key)!, context.Get(values) ?? []);
            context.Output.Line(Piece.Good("✓ "), setting.Key, ": ", Text(setting.Value));
            context.Output.Json(setting.ToJson());
            return 0;
        });
    }

    private static string Text(JsonNode? value) => value switch
    {
        JsonArray list => string.Join(", ", list.Select(Text)),
        JsonObject map => string.Join(", ", map.Select(p => $"{p.Key}={Text(p.Value)}")),
        null => "",
        _ => value.ToString(),
    };
}
