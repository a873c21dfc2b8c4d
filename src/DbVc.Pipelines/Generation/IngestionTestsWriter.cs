namespace DbVc.Pipelines;

internal sealed class IngestionTestsWriter(PipelineSpec spec, PipelineNames names) { public string Write() => "// " + spec.Name + names.Namespace; }
internal sealed class ValidatorsTestsWriter(PipelineSpec spec, PipelineNames names) { public string Write() => "// " + spec.Name + names.Namespace; }
internal sealed class PreprocessorsTestsWriter(PipelineSpec spec, PipelineNames names) { public string Write() => "// " + spec.Name + names.Namespace; }
