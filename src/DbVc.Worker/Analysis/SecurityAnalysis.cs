using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DbVc.Worker;

/// <summary>Holds every name in the code against the <see cref="Vocabulary"/>, by what it means and not by how it is written.</summary>
internal sealed class SecurityAnalysis(CSharpCompilation compilation, IReadOnlyList<CodeTree> files)
{
    private readonly List<WireFinding> _findings = [];

    public List<WireFinding> Run()
    {
        foreach (var file in files)
        {
            var model = compilation.GetSemanticModel(file.Tree);
            foreach (var node in file.Tree.GetRoot().DescendantNodes())
            {
                CheckSyntax(node);
                if (node is SimpleNameSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax or ConstructorInitializerSyntax)
                    CheckMeaning(node, model, file.IsTest);
            }
            _findings.AddRange(new TextRules(model).Run(file.Tree.GetRoot()));
        }
        return _findings;
    }

    private void CheckMeaning(SyntaxNode node, SemanticModel model, bool isTest)
    {
        var info = model.GetSymbolInfo(node);
        var symbols = info.Symbol is { } symbol ? [symbol] : info.CandidateSymbols;
        foreach (var candidate in symbols)
        {
            var meant = candidate is IAliasSymbol alias ? alias.Target : candidate;
            if (Vocabulary.Judge(meant, isTest) is { } broken)
            {
                _findings.Add(Findings.At(node.GetLocation(), broken.Rule, broken.Message, isError: true) with { Symbol = broken.Symbol });
                return;
            }
        }
    }

    private void CheckSyntax(SyntaxNode node)
    {
        switch (node)
        {
            case UnsafeStatementSyntax or FixedStatementSyntax or PointerTypeSyntax or FunctionPointerTypeSyntax or MakeRefExpressionSyntax
                or RefTypeExpressionSyntax or RefValueExpressionSyntax:
                Report(node, "security.unsafe", "Code that the runtime cannot check is not allowed.");
                break;
            case DestructorDeclarationSyntax:
                Report(node, "security.thread", "A finalizer runs on a thread of the runtime; it is not allowed.");
                break;
            case AwaitExpressionSyntax:
                Report(node, "security.thread", "A pipeline runs on one thread; await is not allowed.");
                break;
        }
        var modifiers = node switch
        {
            MemberDeclarationSyntax member => member.Modifiers,
            LocalFunctionStatementSyntax local => local.Modifiers,
            AnonymousFunctionExpressionSyntax function => function.Modifiers,
            _ => default,
        };
        foreach (var modifier in modifiers)
            CheckModifier(modifier);
    }

    private void CheckModifier(SyntaxToken modifier)
    {
        var (rule, message) = modifier.Kind() switch
        {
            SyntaxKind.ExternKeyword => ("security.interop", "Native code is not allowed."),
            SyntaxKind.UnsafeKeyword => ("security.unsafe", "Code that the runtime cannot check is not allowed."),
            SyntaxKind.AsyncKeyword => ("security.thread", "A pipeline runs on one thread; async is not allowed."),
            _ => (null, ""),
        };
        if (rule is not null)
            _findings.Add(Findings.At(modifier.GetLocation(), rule, message, isError: true));
    }

    private void Report(SyntaxNode node, string rule, string message) => _findings.Add(Findings.At(node.GetLocation(), rule, message, isError: true));
}
