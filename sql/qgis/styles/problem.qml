<!DOCTYPE qgis>
<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="1">
  <renderer-v2 type="categorizedSymbol" attr="severity" symbollevels="0" forceraster="0" enableorderby="0">
    <categories>
      <category value="error" label="错误 error" symbol="0" render="true"/>
      <category value="warning" label="提醒 warning" symbol="1" render="true"/>
    </categories>
    <symbols>
      <symbol name="0" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" value="circle" type="QString"/>
            <Option name="size" value="4.6" type="QString"/>
            <Option name="size_unit" value="MM" type="QString"/>
            <Option name="color" value="214,20,40,255" type="QString"/>
            <Option name="outline_color" value="255,255,255,255" type="QString"/>
            <Option name="outline_width" value="0.5" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
          </Option>
        </layer>
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" value="cross_fill" type="QString"/>
            <Option name="size" value="2.4" type="QString"/>
            <Option name="size_unit" value="MM" type="QString"/>
            <Option name="color" value="255,255,255,255" type="QString"/>
            <Option name="outline_color" value="255,255,255,0" type="QString"/>
            <Option name="outline_width" value="0" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol name="1" type="marker" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleMarker" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="name" value="triangle" type="QString"/>
            <Option name="size" value="4.6" type="QString"/>
            <Option name="size_unit" value="MM" type="QString"/>
            <Option name="color" value="240,150,0,255" type="QString"/>
            <Option name="outline_color" value="255,255,255,255" type="QString"/>
            <Option name="outline_width" value="0.5" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings>
      <text-style fieldName="represent_value(&quot;kind&quot;) || '\n' || &quot;message_zh&quot;" isExpression="1" fontFamily="Microsoft YaHei" fontSize="8.5" fontSizeUnit="Point" fontWeight="75" textColor="170,0,20,255" textOpacity="1" multilineHeight="1">
        <families>
          <family name="Microsoft YaHei"/>
          <family name="PingFang SC"/>
          <family name="Noto Sans CJK SC"/>
          <family name="WenQuanYi Micro Hei"/>
        </families>
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,220" bufferOpacity="1" bufferJoinStyle="128"/>
      </text-style>
      <text-format multilineAlign="1" autoWrapLength="34" useMaxLineLengthForAutoWrap="1"/>
      <placement placement="6" offsetType="1" predefinedPositionOrder="TR,BR,TL,BL,R,L,TSR,BSR" quadOffset="4" dist="1.5" distUnits="MM" centroidInside="1" centroidWhole="0" priority="10" fitInPolygonOnly="0" polygonPlacementFlags="2" overrunDistance="0"/>
      <rendering scaleVisibility="1" scaleMin="1" scaleMax="25000" drawLabels="1" obstacle="1" displayAll="0" upsidedownLabels="0" labelPerPart="0"/>
      <dd_properties>
        <Option type="Map">
          <Option name="name" value="" type="QString"/>
          <Option name="properties" type="Map">
            <Option name="Color" type="Map">
              <Option name="active" value="true" type="bool"/>
              <Option name="expression" value="if(&quot;severity&quot; = 'error', '#aa0014', '#8a5a00')" type="QString"/>
              <Option name="type" value="3" type="int"/>
            </Option>
          </Option>
          <Option name="type" value="collection" type="QString"/>
        </Option>
      </dd_properties>
    </settings>
  </labeling>
</qgis>
