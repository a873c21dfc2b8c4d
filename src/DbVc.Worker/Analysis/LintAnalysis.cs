using System.Collections.Immutable;
using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbVc.Worker;

/// <summary>Compiler warnings, unused usings, size and complexity, formatting.</summary>
internal sealed class LintAnalysis(IReadOnlyList<CodeTree> files)
{
    private const int MaxMethodLines = 70;
    private const int MaxComplexity = 15;
    private const int MaxParameters = 7;
    private const string UnusedUsing = "CS8019";

    private readonly List<WireFinding> _findings = [];

    public List<WireFinding> Run(ImmutableArray<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            if (diagnostic.Severity == DiagnosticSeverity.Warning)
                _findings.Add(Findings.FromCompiler(diagnostic));
            else if (diagnostic.Id == UnusedUsing)
                Report(diagnostic.Location, "lint.unused-using", "The using directive is not needed.");
        }
        foreach (var file in files)
        {
            _findings.AddRange(FormatCheck.Run(file.Tree));
            foreach (var node in file.Tree.GetRoot().DescendantNodes(descendIntoTrivia: false))
                Check(node);
            foreach (var pragma in file.Tree.GetRoot().DescendantTrivia().Where(trivia => trivia.IsKind(SyntaxKind.PragmaWarningDirectiveTrivia)))
                Report(pragma.GetLocation(), "lint.pragma", "Warnings are not to be silenced.");
        }
        return _findings;
    }

    private void Check(SyntaxNode node)
    {
        switch (node)
        {
            case BaseMethodDeclarationSyntax method:
                CheckSize(method, method is MethodDeclarationSyntax named ? named.Identifier.Text : "constructor or operator");
                CheckParameters(method.ParameterList);
                break;
            case LocalFunctionStatementSyntax local:
                CheckSize(local, local.Identifier.Text);
                break;
            case CatchClauseSyntax { Block.Statements.Count: 0 } empty:
                Report(empty.CatchKeyword.GetLocation(), "lint.empty-catch", "An exception is swallowed.");
                break;
            case BaseTypeDeclarationSyntax type when !StartsUpper(type.Identifier):
                Report(type.Identifier.GetLocation(), "lint.name", $"The type {type.Identifier.Text} should start with an upper-case letter.");
                break;
        }
        if (node is MethodDeclarationSyntax declared && !StartsUpper(declared.Identifier))
            Report(declared.Identifier.GetLocation(), "lint.name", $"The method {declared.Identifier.Text} should start with an upper-case letter.");
    }

    private void CheckSize(SyntaxNode method, string name)
    {
        // From the signature on: attributes above a test are its cases.
        var span = method.GetLocation().GetLineSpan();
        var attributes = method.ChildNodes().OfType<AttributeListSyntax>().LastOrDefault()?.GetLocation().GetLineSpan();
        var lines = span.EndLinePosition.Line - (attributes?.EndLinePosition.Line + 1 ?? span.StartLinePosition.Line) + 1;
        if (lines > MaxMethodLines)
            Report(method.GetLocation(), "lint.long-method", $"{name} has {lines} lines; the limit is {MaxMethodLines}.");
        var complexity = 1 + method.DescendantNodes().Count(IsDecision);
        if (complexity > MaxComplexity)
            Report(method.GetLocation(), "lint.complex-method", $"{name} has a cyclomatic complexity of {complexity}; the limit is {MaxComplexity}.");
    }

    private void CheckParameters(ParameterListSyntax parameters)
    {
        if (parameters.Parameters.Count > MaxParameters)
            Report(parameters.GetLocation(), "lint.many-parameters", $"{parameters.Parameters.Count} parameters; the limit is {MaxParameters}.");
    }

    private static bool IsDecision(SyntaxNode node) => node.Kind() is
        SyntaxKind.IfStatement or SyntaxKind.WhileStatement or SyntaxKind.DoStatement or SyntaxKind.ForStatement or SyntaxKind.ForEachStatement
        or SyntaxKind.CaseSwitchLabel or SyntaxKind.CasePatternSwitchLabel or SyntaxKind.ConditionalExpression or SyntaxKind.CatchClause
        or SyntaxKind.LogicalAndExpression or SyntaxKind.LogicalOrExpression or SyntaxKind.CoalesceExpression;

    private static bool StartsUpper(SyntaxToken identifier) => identifier.ValueText.Length == 0 || !char.IsLower(identifier.ValueText[0]);

    private void Report(Location location, string rule, string message) => _findings.Add(Findings.At(location, rule, message, isError: false));
}
