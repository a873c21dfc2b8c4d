using System.Text;
using System.Text.RegularExpressions;
using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbVc.Worker;

/// <summary>SQL put together from text, and secrets in literals. A finding never repeats the secret.</summary>
internal sealed partial class TextRules(SemanticModel model)
{
    private const int LongestText = 10_000;
    private const string Unknown = "?";

    public IEnumerable<WireFinding> Run(SyntaxNode root)
    {
        foreach (var node in root.DescendantNodes())
        {
            if (BuildsSql(node))
                yield return Findings.At(node.GetLocation(), "security.sql", "SQL is built from text; pipelines hand over values, never SQL.", isError: true);
            if (SecretIn(node) is { } kind)
                yield return Findings.At(node.GetLocation(), "security.secret", $"The code seems to hold a secret ({kind}).", isError: true);
        }
    }

    private bool BuildsSql(SyntaxNode node) => node switch
    {
        BinaryExpressionSyntax sum => sum.IsKind(SyntaxKind.AddExpression) && sum.Parent?.IsKind(SyntaxKind.AddExpression) != true
            && !IsConstant(sum) && IsSql(Flatten(sum)),
        InterpolatedStringExpressionSyntax text => !IsConstant(text) && text.Contents.Any(part => part is InterpolationSyntax) && IsSql(Flatten(text)),
        InvocationExpressionSyntax call => IsTextBuilding(call) && HoldsSql(call.ArgumentList),
        BaseObjectCreationExpressionSyntax { ArgumentList: { } arguments } made => IsTextBuilding(made) && HoldsSql(arguments),
        _ => false,
    };

    private bool HoldsSql(ArgumentListSyntax arguments) =>
        arguments.Arguments.Any(argument => IsConstant(argument.Expression) && IsSql(Flatten(argument.Expression)));

    private bool IsTextBuilding(ExpressionSyntax expression) =>
        model.GetSymbolInfo(expression).Symbol is IMethodSymbol method
        && (method.ContainingType.SpecialType == SpecialType.System_String ? method.Name is "Concat" or "Format" or "Join" or "Replace"
            : method.ContainingType.ToDisplayString() == "System.Text.StringBuilder");

    /// <summary>The text of an expression, with a question mark for what is only known at run time.</summary>
    private string Flatten(ExpressionSyntax expression)
    {
        if (model.GetConstantValue(expression) is { HasValue: true, Value: var value })
            return value?.ToString() ?? "";
        return expression switch
        {
            BinaryExpressionSyntax sum when sum.IsKind(SyntaxKind.AddExpression) => Flatten(sum.Left) + Flatten(sum.Right),
            ParenthesizedExpressionSyntax inner => Flatten(inner.Expression),
            InterpolatedStringExpressionSyntax text => FlattenParts(text),
            _ => Unknown,
        };
    }

    private string FlattenParts(InterpolatedStringExpressionSyntax text)
    {
        var result = new StringBuilder();
        foreach (var part in text.Contents)
            result.Append(part is InterpolatedStringTextSyntax plain ? plain.TextToken.ValueText : Flatten(((InterpolationSyntax)part).Expression));
        return result.ToString();
    }

    private bool IsConstant(ExpressionSyntax expression) => model.GetConstantValue(expression).HasValue;

    private static bool IsSql(string text) => text.Length < LongestText && Sql().IsMatch(text);

    private static string? SecretIn(SyntaxNode node)
    {
        var text = node switch
        {
            LiteralExpressionSyntax literal when literal.Token.Value is string value => value,
            LiteralExpressionSyntax { Token.RawKind: (int)SyntaxKind.Utf8StringLiteralToken } literal => literal.Token.ValueText,
            InterpolatedStringTextSyntax part => part.TextToken.ValueText,
            _ => null,
        };
        if (string.IsNullOrEmpty(text) || text.Length > LongestText)
            return null;
        if (CloudKey().IsMatch(text))
            return "cloud access key";
        if (PrivateKey().IsMatch(text))
            return "private key";
        if (Token().IsMatch(text))
            return "access token";
        if (Assignment().IsMatch(text) || AddressWithPassword().IsMatch(text))
            return "password or key";
        return NamesSecret(node) ? "password or key" : null;
    }

    /// <summary>A literal given to a variable, field or property that is named like a secret.</summary>
    private static bool NamesSecret(SyntaxNode node)
    {
        var name = node.Parent switch
        {
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax variable } => variable.Identifier.ValueText,
            EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property } => property.Identifier.ValueText,
            AssignmentExpressionSyntax { Left: var target } => target.ToString(),
            _ => "",
        };
        return SecretName().IsMatch(name);
    }

    [GeneratedRegex(@"^\s*(select\s.*\sfrom\s|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|drop\s+(table|view|index|database|schema)\s|alter\s+table\s"
        + @"|create\s+(temp\s+|temporary\s+|unique\s+)?(table|view|index|trigger|database|schema)\s|truncate\s+(table\s)?"
        + @"|merge\s+into\s|attach\s+database\s|pragma\s)",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Sql();

    [GeneratedRegex(@"\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_\-]{35}\b")]
    private static partial Regex CloudKey();

    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY-----")]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|xox[abprs]-[A-Za-z0-9-]{10,}|sk-[A-Za-z0-9_-]{20,}"
        + @"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.)")]
    private static partial Regex Token();

    [GeneratedRegex(@"\b(password|passwd|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token)\s*[=:]\s*[^\s;,'""{}]{3,}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AddressWithPassword();

    [GeneratedRegex(@"(password|passwd|pwd|secret|apikey|api_key|accesskey|authtoken|privatekey)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
