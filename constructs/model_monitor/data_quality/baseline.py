"""The baseline of a data-quality monitor."""

from __future__ import annotations

from aws_cdk import CfnOutput
from constructs import Construct

from model_monitor.baseline.resource import LIMIT_OF_EACH_OF_TWO_JOBS, LIMIT_OF_ONE_JOB, BaselineJob, BaselineResource
from model_monitor.baseline.source import Baseline
from model_monitor.data_quality.alarms import DataQualityAlarms
from model_monitor.data_quality.categorical import CategoricalFeatures
from model_monitor.data_quality.constraints import ConstraintOverrides
from model_monitor.data_quality.record_guard import script_revision
from model_monitor.errors import ConfigurationError, Setting

# Every feature adds three attributes to the resource's answer, of which CloudFormation takes 4096 bytes.
_MAX_MEAN_SHIFTS = 20


class DataQualityBaseline(BaselineResource):
    """What every feature looked like.

    Attributes:
        statistics_uri: Statistics that runs compare with.
        suggested_constraints_uri: Constraints as the job suggested them.
        preprocessor_uri: Generated script of the runs, only with guarded records or columns as categories.
        blind_features: A sentence that names the features whose drift the chosen method cannot see.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        baseline: Baseline,
        job: BaselineJob,
        categorical: CategoricalFeatures | None,
        guards: bool,
        overrides: ConstraintOverrides,
        alarms: DataQualityAlarms,
    ) -> None:
        """Make the resource.

        Args:
            scope: Parent.
            id: Construct id.
            baseline: Where the baseline comes from.
            job: How it is computed.
            categorical: Columns that are handed over as categories.
            guards: Whether runs leave out records that do not have the baseline's columns.
            overrides: Changes to the suggested constraints.
            alarms: Each must be able to go into ALARM; where limits are known at deployment only, it is checked there.
        """
        source = baseline.bind(Construct(scope, f"{id}Source"))
        source.require_statistics()
        alarms.require_effect(overrides, categorical, computed=source.needs_job)
        if job.preprocessor is not None:
            source.require_no_parquet("preprocessor")
        if categorical is not None:
            source.require_no_parquet("categorical")
            if not isinstance(categorical.document, str):
                source.require_columns(categorical.document, option=("categorical",))
        source.require_columns(overrides.features, option=("constraints", "features"))
        features: set[str] = set(overrides.features)
        mean_shift: dict[str, float] = {}
        super().__init__(
            scope,
            id,
            source=source,
            job=job,
            documents={
                "Overrides": overrides.to_patch(),
                "Categorical": categorical.document if categorical else None,
                # Another text of the script has another location, so the job definition has to change with it.
                **({"GuardRecords": True, "ScriptRevision": script_revision()} if guards else {}),
            },
            # An alarm's threshold changes no file: another one must not replace the job definition.
            late={
                # Limits that a job suggests are known at synthesis, and checked there.
                **({} if source.needs_job else {"DriftAlarms": lambda: dict(alarms.drift)}),
                "Features": lambda: sorted(features),
                "MeanShift": lambda: dict(sorted(mean_shift.items())),
            },
            job_limit_seconds=_job_limit(categorical),
        )
        self._source_of_columns = source
        self._features = features
        self._mean_shift = mean_shift
        self.statistics_uri = self._attribute("StatisticsUri")
        self.suggested_constraints_uri = self._attribute("SuggestedConstraintsUri")
        self.blind_features = self._attribute("BlindFeatures")
        self.preprocessor_uri = self._attribute("PreprocessorUri") if guards else None
        CfnOutput(self, "BlindFeatures", value=self.blind_features, description="Features whose drift cannot be seen")

    def require_known(self, feature: str) -> None:
        """Fail the synthesis if it knows that the baseline does not have this feature."""
        self._source_of_columns.require_columns([feature], option=())

    def require_feature(self, feature: str) -> None:
        """Fail the deployment, with a list of the features that exist, unless the baseline has this one."""
        self.require_known(feature)
        self._features.add(feature)

    def mean_shift(self, feature: str, deviations: float) -> tuple[str, float]:
        """The baseline's own mean of a feature, and how far the live mean may lie from it.

        Args:
            feature: A numerical feature.
            deviations: Allowed shift in the baseline's standard deviations.

        Returns:
            Two tokens: the mean as text, the limit in the feature's own unit as number.
        """
        self.require_feature(feature)
        self._mean_shift[feature] = deviations
        if len(self._mean_shift) > _MAX_MEAN_SHIFTS:
            raise ConfigurationError(
                got=f"mean-shift alarms on {len(self._mean_shift)} features",
                expected=f"at most {_MAX_MEAN_SHIFTS}: CloudFormation accepts no longer answer from a custom resource",
                fix=(
                    "keep those that matter most, and compare the others as categories with ",
                    Setting("categorical", [...]),
                ),
            )
        return self._attribute(f"Mean.{feature}"), self._number_attribute(f"MeanShiftLimit.{feature}")


def _job_limit(categorical: CategoricalFeatures | None) -> int:
    two = categorical is not None and categorical.document == "auto"
    return LIMIT_OF_EACH_OF_TWO_JOBS if two else LIMIT_OF_ONE_JOB
