using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Parsing;
using DbVc.Model;

namespace DbVc.Commands;

/// <summary>What the parser found wrong, as a failure like any other.</summary>
internal static class UsageFailure
{
    public static DbVcException From(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var message = parsed.UnmatchedTokens.FirstOrDefault() is { } unknown
            ? $"'{unknown}' is not understood here.{Suggest(unknown, command)}"
            : command is Verb { Body: null } ? $"Say which: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}."
            : string.Join(' ', parsed.Errors.Select(Explain).Distinct());
        return new DbVcException(FailureKind.Usage, "usage", message, hint: $"{PathOf(command)} --help");
    }

    /// <summary>The parser's own words, except where they speak of its types or print a list over several lines.</summary>
    private static string Explain(ParseError error)
    {
        if (error.SymbolResult is not { Tokens: [var token, ..] } result) return error.Message.TrimEnd('.') + ".";
        var (name, type, words) = result switch
        {
            OptionResult { Option: var option } => (option.Name, option.ValueType, option.CompletionSources),
            ArgumentResult { Parent: OptionResult { Option: var option } } => (option.Name, option.ValueType, option.CompletionSources),
            ArgumentResult { Argument: var argument } => (argument.Name, argument.ValueType, argument.CompletionSources),
            _ => ("", typeof(string), []),
        };
        if (error.Message.Contains('\t', StringComparison.Ordinal) || error.Message.Contains("\\t", StringComparison.Ordinal))
        {
            var known = words.SelectMany(source => source(CompletionContext.Empty)).Select(word => word.Label);
            return $"'{token.Value}' is none of the words for {name}: {string.Join(", ", known)}.";
        }

        var isNumber = (Nullable.GetUnderlyingType(type) ?? type) is { IsPrimitive: true } plain && plain != typeof(bool);
        return isNumber ? $"'{token.Value}' is not a number that {name} can be." : error.Message.TrimEnd('.') + ".";
    }

    /// <summary>Names the command or option that differs from <paramref name="unknown"/> by a slip or two.</summary>
    private static string Suggest(string unknown, Command command)
    {
        var names = command.Subcommands.Select(sub => sub.Name).Concat(command.Options.Select(option => option.Name));
        var nearest = names.Select(name => (Name: name, Slips: Distance(unknown, name))).OrderBy(pair => pair.Slips).FirstOrDefault();
        return nearest.Name is not null && nearest.Slips <= Math.Min(2, unknown.Length / 2) ? $" Did you mean '{nearest.Name}'?" : "";
    }

    /// <summary>The letters to insert, delete or replace to turn one word into the other.</summary>
    private static int Distance(string before, string after)
    {
        var row = Enumerable.Range(0, after.Length + 1).ToArray();
        for (var i = 1; i <= before.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= after.Length; j++)
            {
                var changed = diagonal + (before[i - 1] == after[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    private static string PathOf(Command command)
    {
        var names = new List<string>();
        for (Symbol? at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
        {
            names.Insert(0, at is RootCommand ? "db-vc" : at.Name);
        }

        return string.Join(' ', names);
    }
}
